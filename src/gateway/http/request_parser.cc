// Beast 1.81 asserts that behind the last chunk's size at least two more bytes come at once. They
// may come one by one; it does right by them all the same. Before Boost's first header.
#define BOOST_DISABLE_ASSERTS

#include "gateway/http/request_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/http/web_handler.h"

namespace lockstep {

namespace http = boost::beast::http;

namespace {

// Storage above this is given back between requests, so that one large request does not stay.
constexpr std::size_t kKeptBytes = std::size_t{16} << 10U;

std::string_view ToStd(boost::beast::string_view text) { return {text.data(), text.size()}; }

HttpMethod MethodOf(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return HttpMethod::kGet;
    case http::verb::head:
      return HttpMethod::kHead;
    case http::verb::post:
      return HttpMethod::kPost;
    case http::verb::put:
      return HttpMethod::kPut;
    case http::verb::delete_:
      return HttpMethod::kDelete;
    case http::verb::options:
      return HttpMethod::kOptions;
    default:
      return HttpMethod::kOther;
  }
}

unsigned StatusOf(const boost::beast::error_code& error) {
  if (error == http::error::header_limit) {
    return 431;
  }
  if (error == http::error::body_limit) {
    return 413;
  }
  return error == http::error::bad_version ? 505 : 400;
}

}  // namespace

// ---- ParsedRequest ----

std::string_view ParsedRequest::path() const {
  const std::string_view target = View(target_);
  return target.substr(0, target.find('?'));
}

std::string_view ParsedRequest::query() const {
  const std::string_view target = View(target_);
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::string_view ParsedRequest::Header(std::string_view name) const {
  for (const Field& field : fields_) {
    const std::string_view candidate = View(field.name);
    if (candidate.size() == name.size() &&
        boost::beast::iequals({candidate.data(), candidate.size()}, {name.data(), name.size()})) {
      return View(field.value);
    }
  }
  return {};
}

ParsedRequest::Part ParsedRequest::Keep(std::string_view bytes) {
  const Part part{.at = static_cast<std::uint32_t>(text_.size()),
                  .length = static_cast<std::uint32_t>(bytes.size())};
  text_ += bytes;
  return part;
}

void ParsedRequest::Clear() {
  fields_.clear();
  text_.clear();
  body_.clear();
  if (text_.capacity() + body_.capacity() > kKeptBytes) {
    text_.shrink_to_fit();
    body_.shrink_to_fit();
  }
  target_ = {};
  upgrade_ = false;
}

// ---- RequestParser ----

void RequestParser::Begin(std::uint32_t max_header_bytes, std::size_t max_body_bytes) {
  request_.Clear();
  state_ = State::kNeedsMore;
  expects_continue_ = false;
  beast_.emplace(*this);
  beast_->eager(true);
  beast_->header_limit(max_header_bytes);
  beast_->body_limit(max_body_bytes);
}

std::size_t RequestParser::Feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (state_ == State::kNeedsMore && taken < bytes.size()) {
    boost::beast::error_code error;
    const std::size_t used =
        beast_->put(boost::asio::buffer(bytes.data() + taken, bytes.size() - taken), error);
    taken += used;
    if (error == http::error::need_more) {
      break;
    }
    if (error) {
      state_ = State::kBad;
      bad_status_ = StatusOf(error);
    } else if (beast_->is_done()) {
      state_ = State::kComplete;
      request_.keep_alive_ = beast_->keep_alive();
      request_.upgrade_ = beast_->upgrade();
    } else if (used == 0) {
      break;
    }
  }
  return taken;
}

bool RequestParser::TakeExpectation() {
  const bool waits = expects_continue_ && state_ == State::kNeedsMore && beast_->is_header_done() &&
                     request_.is_http_1_1() && request_.body_.empty();
  if (waits) {
    expects_continue_ = false;
  }
  return waits;
}

void RequestParser::SetOrigin(std::string_view peer_address, std::int64_t received_ns) {
  request_.peer_address_ = peer_address;
  request_.received_ns_ = received_ns;
}

std::size_t RequestParser::held_bytes() const {
  return request_.text_.capacity() + request_.body_.capacity();
}

void RequestParser::Beast::on_request_impl(verb method, view, view target, int version, code&) {
  owner_.request_.method_ = MethodOf(method);
  owner_.request_.version_ = version;
  owner_.request_.target_ = owner_.request_.Keep(ToStd(target));
}

void RequestParser::Beast::on_response_impl(int, view, int, code&) {}

void RequestParser::Beast::on_field_impl(field name, view name_text, view value, code& error) {
  // A coding that is not understood would leave open where the request ends.
  if (name == field::transfer_encoding && !boost::beast::iequals(value, "chunked")) {
    error = http::error::bad_transfer_encoding;
    return;
  }
  if (name == field::expect && boost::beast::iequals(value, "100-continue")) {
    owner_.expects_continue_ = true;
  }
  // Trailers, behind a chunked body, mean nothing to any handler.
  if (is_header_done()) {
    return;
  }
  const auto kept_name = owner_.request_.Keep(ToStd(name_text));
  owner_.request_.fields_.push_back({kept_name, owner_.request_.Keep(ToStd(value))});
}

void RequestParser::Beast::on_header_impl(code&) {}

void RequestParser::Beast::on_body_init_impl(const boost::optional<std::uint64_t>&, code&) {}

std::size_t RequestParser::Beast::on_body_impl(view body, code&) {
  owner_.request_.body_.append(body.data(), body.size());
  return body.size();
}

void RequestParser::Beast::on_chunk_header_impl(std::uint64_t, view, code&) {}

std::size_t RequestParser::Beast::on_chunk_body_impl(std::uint64_t, view body, code&) {
  owner_.request_.body_.append(body.data(), body.size());
  return body.size();
}

void RequestParser::Beast::on_finish_impl(code&) {}

}  // namespace lockstep
