// How many connections there may be, in all and from one address.
//
// A place is given back when the object that stands for it ends. Threads: any.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace lockstep {

class ConnectionPlaces : public std::enable_shared_from_this<ConnectionPlaces> {
 public:
  class Place {
   public:
    Place() = default;  // none: a connection beyond the bounds
    ~Place() { GiveBack(); }
    Place(Place&& other) noexcept = default;
    Place& operator=(Place&& other) noexcept {
      GiveBack();
      places_ = std::move(other.places_);
      address_ = other.address_;
      return *this;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    [[nodiscard]] bool granted() const { return places_ != nullptr; }
    void GiveBack() {
      if (const auto places = std::exchange(places_, nullptr)) {
        places->Return(address_);
      }
    }

   private:
    friend class ConnectionPlaces;
    Place(std::shared_ptr<ConnectionPlaces> places, boost::asio::ip::address address)
        : places_(std::move(places)), address_(std::move(address)) {}

    std::shared_ptr<ConnectionPlaces> places_;
    boost::asio::ip::address address_;
  };

  ConnectionPlaces(std::size_t max_in_all, std::size_t max_per_address)
      : max_in_all_(max_in_all), max_per_address_(max_per_address) {}

  // Not granted when either bound is reached.
  [[nodiscard]] Place Take(const boost::asio::ip::address& address) {
    const std::lock_guard lock(mutex_);
    if (taken_ >= max_in_all_) {
      return {};
    }
    std::size_t& of_address = taken_of_[address];
    if (of_address >= max_per_address_) {
      return {};
    }
    ++of_address;
    ++taken_;
    return {shared_from_this(), address};
  }

 private:
  void Return(const boost::asio::ip::address& address) {
    const std::lock_guard lock(mutex_);
    --taken_;
    const auto of_address = taken_of_.find(address);
    if (--of_address->second == 0) {
      taken_of_.erase(of_address);
    }
  }

  const std::size_t max_in_all_;
  const std::size_t max_per_address_;
  std::mutex mutex_;
  std::size_t taken_ = 0;                                     // guarded by it
  std::map<boost::asio::ip::address, std::size_t> taken_of_;  // guarded by it; none is 0
};

using ConnectionPlace = ConnectionPlaces::Place;

}  // namespace lockstep
