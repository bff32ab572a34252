#pragma once

// A producer as an application has one. Its cluster is inside librdkafka, with connections over loopback: a service sets
// "bootstrap.servers" instead.

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <memory>

class KafkaProducer {
 public:
  [[nodiscard]] rd_kafka_t* handle() const { return handle_.get(); }
  [[nodiscard]] rd_kafka_topic_t* orders() const { return orders_.get(); }
  /// The cluster with its one broker, whose number is 1.
  [[nodiscard]] rd_kafka_mock_cluster_t* cluster() const { return rd_kafka_handle_mock_cluster(handle()); }

 private:
  static rd_kafka_t* make_handle() {
    auto* const options = rd_kafka_conf_new();
    rd_kafka_conf_set(options, "test.mock.num.brokers", "1", nullptr, 0);
    rd_kafka_conf_set(options, "reconnect.backoff.max.ms", "100", nullptr, 0);  // 10 s by default
    rd_kafka_conf_set(options, "log_level", "0", nullptr, 0);
    return rd_kafka_new(RD_KAFKA_PRODUCER, options, nullptr, 0);
  }
  rd_kafka_topic_t* make_topic() const {
    rd_kafka_mock_topic_create(cluster(), "orders", 3, 1);
    return rd_kafka_topic_new(handle(), "orders", nullptr);
  }

  const std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)> handle_{make_handle(), rd_kafka_destroy};
  const std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)> orders_{make_topic(),
                                                                                     rd_kafka_topic_destroy};
};
