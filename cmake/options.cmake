# Warnings, sanitizers and the compiler cache, for our own code alone (generated codecs are system includes).
# GCC 12 finds a false -Wrestrict in every `"literal" + std::string` that it inlines.
add_library(lockstep_options INTERFACE)
target_compile_options(lockstep_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wno-restrict -Werror)
target_include_directories(lockstep_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)

# Every machine this runs on has SSE4.2 (CRC32C); x86-64-v3 (2013 and later) adds BMI2 and AVX2.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-march=x86-64-v3)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g")

if(LOCKSTEP_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(LOCKSTEP_SANITIZE STREQUAL "thread")
  # GCC 12 warns that atomic_thread_fence is not modelled; the rings' other operations are.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  add_link_options(-fsanitize=thread)
elseif(LOCKSTEP_SANITIZE STREQUAL "fuzzer")
  # cmake/fuzz.cmake links the fuzzers' own main. Clang does not know all of GCC's warnings. RapidJSON adds to null pointers, and is not ours.
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=pointer-overflow -fno-sanitize-recover=all
    -fno-omit-frame-pointer -Wno-unknown-warning-option)
  add_link_options(-fsanitize=address,undefined)
elseif(NOT LOCKSTEP_SANITIZE STREQUAL "")
  message(FATAL_ERROR "LOCKSTEP_SANITIZE is address, thread, fuzzer or empty, not '${LOCKSTEP_SANITIZE}'")
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(LLD ld.lld)
if(LLD)
  add_link_options(-fuse-ld=lld)
endif()
