#include "client.hpp"

#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>

#include "notes.grpc.pb.h"

namespace {

std::shared_ptr<grpc::Channel> health_checked_channel(int port) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(
      R"({"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": "notes.v1.Notes"}})");
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments);
}

grpc::Status add(notes::v1::Notes::Stub& stub, const std::string& text) {
  notes::v1::AddRequest request;
  request.set_text(text);
  notes::v1::AddResponse response;
  grpc::ClientContext context;
  context.set_wait_for_ready(true);  // until the service is healthy
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{30});
  const auto status = stub.Add(&context, request, &response);
  std::cout << text << ": " << (status.ok() ? "note " + std::to_string(response.number()) : status.error_message())
            << '\n';
  return status;
}

}  // namespace

bool play_client(int port, const std::function<void()>& end_service) {
  const auto channel = health_checked_channel(port);
  const auto stub = notes::v1::Notes::NewStub(channel);
  const bool added = add(*stub, "a short one").ok();

  auto in_flight = std::async(std::launch::async, [&] { return add(*stub, "a long one").ok(); });
  end_service();
  // The channel leaves the service.
  const bool left =
      channel->WaitForStateChange(GRPC_CHANNEL_READY, std::chrono::system_clock::now() + std::chrono::seconds{30});
  return in_flight.get() && added && left;
}
