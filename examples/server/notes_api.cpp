#include "notes_api.hpp"

#include <exception>
#include <iostream>
#include <utility>

#include <nlohmann/json.hpp>

namespace notes {
namespace {

using Json = nlohmann::ordered_json;

/// A database may hold text that isn't UTF-8, which must not make a list fail.
std::string to_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json to_json(const Note& note) { return {{"id", note.id}, {"text", note.text}}; }

ApiResponse run(const std::function<ApiResponse(NotesStore&)>& work, NotesStore* store) {
  if (store == nullptr) return error_response(503, "too many requests are waiting for the database");
  try {
    return work(*store);
  } catch (const DatabaseError&) {
    // The reason is logged once, when readiness changes, not for every request.
    return error_response(503, "the database doesn't answer");
  } catch (const std::exception& error) {
    std::clog << "notes: " << error.what() << std::endl;
    return error_response(500, "internal error");
  }
}

}  // namespace

ApiResponse error_response(unsigned status, std::string_view message) {
  return {status, to_text({{"error", std::string{message}}}), {}};
}

void NotesApi::handle(const ApiRequest& request, const Done& done) {
  if (request.target.substr(0, request.target.find('?')) != "/notes") return done(error_response(404, "not found"));
  if (request.method == "GET" || request.method == "HEAD") return list(done);
  if (request.method == "POST") return add(request, done);
  ApiResponse refusal = error_response(405, "method not allowed");
  refusal.allow = "GET, HEAD, POST";
  done(std::move(refusal));
}

void NotesApi::list(const Done& done) {
  submit(
      [](NotesStore& store) {
        Json list = Json::array();
        for (const Note& note : store.list()) list.push_back(to_json(note));
        return ApiResponse{200, to_text({{"notes", std::move(list)}}), {}};
      },
      done);
}

void NotesApi::add(const ApiRequest& request, const Done& done) {
  const Json json = Json::parse(request.body, nullptr, false);
  if (json.is_discarded()) return done(error_response(400, "the body isn't JSON"));
  const auto text = json.is_object() ? json.find("text") : json.end();
  if (text == json.end() || !text->is_string() || text->get_ref<const std::string&>().empty())
    return done(error_response(400, R"(a note is {"text": "..."})"));
  if (text->get_ref<const std::string&>().find('\0') != std::string::npos)
    return done(error_response(400, "the text holds a NUL"));
  submit(
      [text = text->get<std::string>()](NotesStore& store) {
        return ApiResponse{201, to_text(to_json(store.add(text))), {}};
      },
      done);
}

void NotesApi::submit(std::function<ApiResponse(NotesStore&)> work, const Done& done) {
  switch (worker_.submit([work = std::move(work), done](NotesStore* store) { done(run(work, store)); })) {
    case Worker::Admission::taken: return;
    case Worker::Admission::starting: return done(error_response(503, "starting"));
    case Worker::Admission::overloaded: return done(error_response(503, "too many requests are waiting"));
  }
}

}  // namespace notes
