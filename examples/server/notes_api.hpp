#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "worker.hpp"

namespace notes {

struct ApiRequest {
  std::string method;
  std::string target;
  std::string body;
};

struct ApiResponse {
  unsigned status = 500;
  std::string body = {};  ///< JSON
  std::string allow = {};
};

ApiResponse error_response(unsigned status, std::string_view message);

/// The service without its HTTP server: `/notes` in JSON.
class NotesApi {
 public:
  using Done = std::function<void(ApiResponse response)>;

  explicit NotesApi(Worker& worker) : worker_{worker} {}

  /// Calls `done` exactly once: before it returns, or later from the worker's thread.
  void handle(const ApiRequest& request, const Done& done);

 private:
  void list(const Done& done);
  void add(const ApiRequest& request, const Done& done);
  void submit(std::function<ApiResponse(NotesStore&)> work, const Done& done);

  Worker& worker_;
};

}  // namespace notes
