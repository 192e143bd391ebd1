# The C++ codecs, generated from schema/lockstep.xml by sbe-tool. `./dev setup` fetches the two jars from Maven Central.
find_package(Java 17 REQUIRED COMPONENTS Runtime)
set(SBE_TOOL_JARS "${CMAKE_SOURCE_DIR}/build/tools/*" CACHE STRING "Class path of sbe-tool and agrona")

set(codec_dir ${CMAKE_BINARY_DIR}/codecs)
set(codec_stamp ${codec_dir}/stamp)
add_custom_command(
  OUTPUT ${codec_stamp}
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${codec_dir}
  COMMAND ${Java_JAVA_EXECUTABLE} --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED
          -Dsbe.output.dir=${codec_dir} -Dsbe.target.language=cpp
          -Dsbe.validation.stop.on.error=true -Dsbe.validation.warnings.fatal=true
          -cp "${SBE_TOOL_JARS}" uk.co.real_logic.sbe.SbeTool ${CMAKE_SOURCE_DIR}/schema/lockstep.xml
  COMMAND ${CMAKE_COMMAND} -E touch ${codec_stamp}
  DEPENDS ${CMAKE_SOURCE_DIR}/schema/lockstep.xml
  COMMENT "Generating SBE codecs" VERBATIM)
add_custom_target(lockstep_codecs_generated DEPENDS ${codec_stamp})

# Our code checks lengths before it wraps a buffer, so the codecs need not check each access again.
add_library(lockstep_codecs INTERFACE)
add_dependencies(lockstep_codecs lockstep_codecs_generated)
target_include_directories(lockstep_codecs SYSTEM INTERFACE ${codec_dir})
target_compile_definitions(lockstep_codecs INTERFACE SBE_NO_BOUNDS_CHECK)
