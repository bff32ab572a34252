// A gRPC service with health checks, and its end. Without an argument it plays its own client, and ends by itself.
//
//   example_grpc [ADDRESS]   such as 0.0.0.0:50051

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>

#include <grpcpp/grpcpp.h>

#include <vitals/grpc.hpp>
#include <vitals/vitals.hpp>

#include "client.hpp"
#include "notes.grpc.pb.h"

using namespace std::chrono_literals;

namespace {

class NotesService final : public notes::v1::Notes::Service {
 public:
  explicit NotesService(vitals::Lifecycle& lifecycle) : lifecycle_{lifecycle} {}

  grpc::Status Add(grpc::ServerContext*, const notes::v1::AddRequest* request,
                   notes::v1::AddResponse* response) override {
    const auto work = lifecycle_.begin_work();  // the end of the service waits for it
    if (!work) return {grpc::StatusCode::UNAVAILABLE, "the service is stopping"};
    if (request->text() == "a long one") {
      long_one_ = true;
      long_one_.notify_all();
      std::this_thread::sleep_for(200ms);
    }
    response->set_number(++last_);
    return grpc::Status::OK;
  }
  void await_long_one() { long_one_.wait(false); }

 private:
  vitals::Lifecycle& lifecycle_;
  std::atomic<bool> long_one_ = false;
  std::atomic<std::uint64_t> last_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string address = argc > 1 ? argv[1] : "127.0.0.1:0";

  vitals::HealthRegistry health;
  vitals::PushedCheck migration{vitals::CheckResult::fail("not begun")};
  health.add_startup_check("migration", migration);
  vitals::GrpcHealthService grpc_health{health, {.names = {{"notes.v1.Notes", vitals::Probe::readiness}}}};
  const vitals::Runner runner{health};  // or a HealthServer, if something asks by HTTP, too
  vitals::Lifecycle lifecycle{health, {.propagation_delay = argc > 1 ? 10s : 100ms, .stop_signals = {SIGTERM, SIGINT}}};

  NotesService notes{lifecycle};
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&notes);
  grpc_health.add_to(builder);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return 1;

  // Clients that check health have left by now, and calls in flight have ended.
  lifecycle.on_stop("grpc", [&] {
    grpc_health.shutdown();
    server->Shutdown(std::chrono::system_clock::now() + 1s);
  });
  migration.set(true);

  bool works = true;
  std::jthread client;
  if (argc == 1)
    client = std::jthread{[&] {
      works = play_client(port, [&] {
        notes.await_long_one();
        lifecycle.begin_shutdown("tried");
      });
    }};
  const auto code = lifecycle.run();
  if (client.joinable()) client.join();
  return works ? code : 1;
}
