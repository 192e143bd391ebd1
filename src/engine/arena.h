// All memory of one engine: a single anonymous mapping, handed out once at construction in typed
// arrays.
//
// Shape: zero-filled, 64-byte aligned pieces; pages are taken from the system when they are first
// touched. Threads: construction only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace lockstep {

class Arena {
 public:
  Arena(std::size_t bytes, bool prefault);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // An array of `count` zeroed elements. Aborts when the arena is too small: a bug in the sizing,
  // not a condition.
  template <class T>
  T* Array(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    return static_cast<T*>(Take(count * sizeof(T)));
  }

  // Bytes that an array of `count` T takes, for sizing.
  template <class T>
  static constexpr std::size_t BytesFor(std::size_t count) {
    return (count * sizeof(T) + kAlignment - 1) & ~(kAlignment - 1);
  }

  // Back to zeroes, as new; arrays stay where they are.
  void Clear();

 private:
  static constexpr std::size_t kAlignment = 64;

  void* Take(std::size_t bytes);
  void Prefault();

  std::byte* memory_;
  std::size_t size_;
  std::size_t used_ = 0;
  bool prefault_;
};

}  // namespace lockstep
