// Kafka, on the application's own handle: does a broker answer, and has each partition of a topic a leader?

#include <chrono>
#include <cstddef>
#include <librdkafka/rdkafka.h>
#include <memory>
#include <span>
#include <string>

#include <vitals/vitals.hpp>

#include "kafka_producer.hpp"
#include "trial.hpp"

using vitals::CheckResult;

namespace {

/// Asks for the metadata of one topic, over a connection that the handle has anyway. Both must outlive the check.
class KafkaTopic {
 public:
  using remote_check = void;  // doesn't compile as a liveness check

  KafkaTopic(rd_kafka_t* handle, rd_kafka_topic_t* topic) : handle_{handle}, topic_{topic} {}

  CheckResult operator()(const vitals::CheckContext& run) const {
    const auto limit = static_cast<int>((run.remaining() * 9 / 10).count());  // the rest is for saying what is wrong
    const rd_kafka_metadata_t* answer = nullptr;
    if (const auto error = rd_kafka_metadata(handle_, 0, topic_, &answer, limit); error != RD_KAFKA_RESP_ERR_NO_ERROR)
      return CheckResult::fail(std::string{"no metadata: "} + rd_kafka_err2str(error));
    const std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> owner{
        answer, rd_kafka_metadata_destroy};
    if (answer->topic_cnt != 1) return CheckResult::fail("the metadata don't have the topic");
    return result_of(answer->topics[0]).with("brokers", answer->broker_cnt);
  }

 private:
  static CheckResult result_of(const rd_kafka_metadata_topic_t& topic) {
    if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) return CheckResult::fail(rd_kafka_err2str(topic.err));
    for (const auto& partition : std::span{topic.partitions, static_cast<std::size_t>(topic.partition_cnt)})
      if (partition.leader < 0)
        return CheckResult::fail("partition " + std::to_string(partition.id) + " has no leader");
    return CheckResult::pass();
  }

  rd_kafka_t* handle_;
  rd_kafka_topic_t* topic_;
};

static_assert(vitals::is_remote_check<KafkaTopic>::value);

}  // namespace

int main() {
  const KafkaProducer producer;
  Trial trial;
  trial.health.add_readiness_check("kafka", KafkaTopic{producer.handle(), producer.orders()});
  const auto becomes = [&](vitals::Status status) {  // librdkafka reconnects when it thinks fit
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    auto report = trial.run("kafka");
    while (report.status != status && std::chrono::steady_clock::now() < deadline) report = trial.run("kafka");
    std::cout << report << '\n';
    return report.status == status;
  };

  expect(becomes(vitals::Status::pass), "the broker answers");
  expect(trial.health.report("kafka").data.front() == vitals::Datum{"brokers", 1}, "it is alone");

  rd_kafka_mock_broker_set_down(producer.cluster(), 1);
  expect(becomes(vitals::Status::fail), "the broker is down");
  expect(!trial.is_good(vitals::Probe::readiness), "the instance gets no more traffic");
  rd_kafka_mock_broker_set_up(producer.cluster(), 1);
  expect(becomes(vitals::Status::pass), "the broker is back");
  expect(trial.is_good(vitals::Probe::readiness), "the instance gets traffic again");

  rd_kafka_mock_partition_set_leader(producer.cluster(), "orders", 2, -1);
  expect(becomes(vitals::Status::fail), "a partition has lost its leader");
  expect(trial.health.report("kafka").message == "partition 2 has no leader", "the report says which");
  rd_kafka_mock_partition_set_leader(producer.cluster(), "orders", 2, 1);
  expect(becomes(vitals::Status::pass), "it has one again");
}
