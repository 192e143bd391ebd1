# lockstep_fuzzers(): with LOCKSTEP_SANITIZE=fuzzer (preset fuzz, clang) a libFuzzer executable <name>_fuzz for each testing/fuzz/*_fuzz.cc, and the
# target `fuzzers`, which builds all of them and writes the seed corpus to <binary dir>/corpus/<name>.
function(lockstep_fuzzers)
  if(NOT LOCKSTEP_SANITIZE STREQUAL "fuzzer")
    return()
  endif()
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "libFuzzer comes with clang: use the preset fuzz")
  endif()
  file(GLOB samples CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/testing/protocol_doc/sample_*.cc)
  add_executable(write_fuzz_seeds ${CMAKE_SOURCE_DIR}/testing/fuzz/write_seeds.cc ${samples})
  target_include_directories(write_fuzz_seeds PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(write_fuzz_seeds PRIVATE lockstep_auth lockstep_protocol lockstep_options)
  add_custom_target(fuzz_corpus
    COMMAND write_fuzz_seeds ${CMAKE_BINARY_DIR}/corpus
    COMMENT "Writing the fuzzers' seed corpus" VERBATIM)
  add_custom_target(fuzzers DEPENDS fuzz_corpus)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/testing/fuzz/*_fuzz.cc)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE lockstep_gateway_sbe lockstep_gateway_streams lockstep_gateway_binance
      lockstep_options)
    # Debian's RapidJSON holds a template that nobody instantiates and that would not compile; clang looks at it all the same.
    target_compile_options(${name} PRIVATE -fdelayed-template-parsing -Wno-delayed-template-parsing-in-cxx20)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzzers ${name})
  endforeach()
endfunction()
