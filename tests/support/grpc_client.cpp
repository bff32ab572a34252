// A client of gRPC's health service with code that protoc has generated, in a process of its own.
//
//   grpc_client ADDRESS check NAME [SECONDS]   the status, or the code of the error
//   grpc_client ADDRESS list                   one service and its status per line
//   grpc_client ADDRESS watch NAME             each status, then the code of the end
//   grpc_client ADDRESS raw METHOD HEX         the code that the bytes get
//   grpc_client ADDRESS channel NAME           the states of a channel that checks this service's health
//   grpc_client ADDRESS many N NAME            N watchers: how many have each status, whenever that changes
//   grpc_client serve                          a service of vitals in the same process, asked by generated code

#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <vitals/grpc.hpp>
#include <vitals/vitals.hpp>

#include "health.grpc.pb.h"

namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

std::string name_of(grpc::StatusCode code) {
  switch (code) {
    case grpc::OK: return "OK";
    case grpc::CANCELLED: return "CANCELLED";
    case grpc::INVALID_ARGUMENT: return "INVALID_ARGUMENT";
    case grpc::DEADLINE_EXCEEDED: return "DEADLINE_EXCEEDED";
    case grpc::NOT_FOUND: return "NOT_FOUND";
    case grpc::UNIMPLEMENTED: return "UNIMPLEMENTED";
    case grpc::UNAVAILABLE: return "UNAVAILABLE";
    default: return "code " + std::to_string(code);
  }
}

std::string text_of(const grpc::Status& status) { return name_of(status.error_code()) + ": " + status.error_message(); }
std::string name_of(HealthCheckResponse::ServingStatus status) {
  return HealthCheckResponse::ServingStatus_Name(status);
}

HealthCheckRequest request_for(const std::string& name) {
  HealthCheckRequest request;
  request.set_service(name);
  return request;
}

std::string check(Health::Stub& stub, const std::string& name, std::chrono::seconds limit) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + limit);
  HealthCheckResponse response;
  const auto status = stub.Check(&context, request_for(name), &response);
  return status.ok() ? name_of(response.status()) : text_of(status);
}

void list(Health::Stub& stub) {
  grpc::ClientContext context;
  grpc::health::v1::HealthListResponse response;
  const auto status = stub.List(&context, {}, &response);
  if (!status.ok()) std::cout << text_of(status) << std::endl;
  const std::map<std::string, HealthCheckResponse> sorted{response.statuses().begin(), response.statuses().end()};
  for (const auto& [name, each] : sorted) std::cout << name << " " << name_of(each.status()) << std::endl;
}

void watch(Health::Stub& stub, const std::string& name) {
  grpc::ClientContext context;
  const auto reader = stub.Watch(&context, request_for(name));
  for (HealthCheckResponse response; reader->Read(&response);) std::cout << name_of(response.status()) << std::endl;
  std::cout << text_of(reader->Finish()) << std::endl;
}

void raw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method, const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::strtol(hex.substr(i, 2).c_str(), nullptr, 16));
  const grpc::Slice slice{bytes};
  const grpc::ByteBuffer request{&slice, 1};
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  grpc::ByteBuffer response;
  grpc::Status status;
  const auto call = grpc::GenericStub{channel}.PrepareUnaryCall(&context, method, request, &queue);
  call->StartCall();
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  std::cout << text_of(status) << std::endl;
}

void channel_states(const std::string& address, const std::string& name) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(
      R"({"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": ")" + name + R"("}})");
  const auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  const std::array names{"IDLE", "CONNECTING", "READY", "TRANSIENT_FAILURE", "SHUTDOWN"};
  for (auto state = channel->GetState(true); true; state = channel->GetState(true)) {
    std::cout << names.at(state) << std::endl;
    channel->WaitForStateChange(state, std::chrono::system_clock::now() + std::chrono::hours{1});
  }
}

/// One of many watchers. Keeps `counts` up to date.
class Watcher final : public grpc::ClientReadReactor<HealthCheckResponse> {
 public:
  struct Counts {
    std::mutex mutex = {};
    std::map<std::string, int> of = {};
  };

  Watcher(Health::Stub& stub, const std::string& name, Counts& counts) : request_{request_for(name)}, counts_{counts} {
    count("NOTHING");
    stub.async()->Watch(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return;
    count(name_of(response_.status()));
    StartRead(&response_);
  }
  void OnDone(const grpc::Status& status) override { count(name_of(status.error_code())); }

  void count(const std::string& now) {
    const std::lock_guard lock{counts_.mutex};
    if (!last_.empty() && --counts_.of[last_] == 0) counts_.of.erase(last_);
    ++counts_.of[now];
    last_ = now;
    if (counts_.of.size() == 1) std::cout << counts_.of[now] << " " << now << std::endl;
  }

  const HealthCheckRequest request_;
  Counts& counts_;
  grpc::ClientContext context_;
  HealthCheckResponse response_;
  std::string last_;
};

// A hundred streams per connection, as many servers allow.
void watch_many(const std::string& address, int number, const std::string& name) {
  Watcher::Counts counts;
  std::vector<std::unique_ptr<Health::Stub>> stubs;
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < number; ++i) {
    if (i % 100 == 0) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("own connection", i);
      stubs.push_back(
          Health::NewStub(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
    }
    watchers.push_back(std::make_unique<Watcher>(*stubs.back(), name, counts));
  }
  std::this_thread::sleep_for(std::chrono::hours{1});
}

void serve() {
  vitals::HealthRegistry health;
  vitals::GrpcHealthService service{health};
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  service.add_to(builder);
  const auto server = builder.BuildAndStart();
  const auto stub =
      Health::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
  std::cout << check(*stub, "", std::chrono::seconds{30}) << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words{argv + 1, argv + argc};
  if (words.size() == 1 && words[0] == "serve") return serve(), 0;
  if (words.size() < 2) return 64;
  const auto channel = grpc::CreateChannel(words[0], grpc::InsecureChannelCredentials());
  const auto stub = Health::NewStub(channel);
  if (words[1] == "check")
    std::cout << check(*stub, words.at(2), std::chrono::seconds{words.size() > 3 ? std::stoi(words[3]) : 60})
              << std::endl;
  if (words[1] == "list") list(*stub);
  if (words[1] == "watch") watch(*stub, words.at(2));
  if (words[1] == "raw") raw(channel, words.at(2), words.at(3));
  if (words[1] == "channel") channel_states(words[0], words.at(2));
  if (words[1] == "many") watch_many(words[0], std::stoi(words.at(2)), words.at(3));
  return 0;
}
