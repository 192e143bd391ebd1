# The Java side of the Aeron sequencer: lockstep-aeron.jar (ours) and aeron-all.jar (Maven Central, fetched by `./dev setup`) beside the
# executables, and jni.h. libjvm itself is opened at run time, and only by a node of a cluster.
find_package(Java 17 REQUIRED COMPONENTS Runtime Development)
set(AERON_JAR "${CMAKE_SOURCE_DIR}/build/tools/aeron/aeron-all-1.51.0.jar" CACHE FILEPATH "Aeron with all of its parts")

file(GLOB aeron_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/sequencer/aeron/java/lockstep/aeron/*.java)
set(aeron_classes ${CMAKE_BINARY_DIR}/aeron-classes)
set(aeron_jar ${CMAKE_BINARY_DIR}/lockstep-aeron.jar)
add_custom_command(
  OUTPUT ${aeron_jar}
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${aeron_classes}
  COMMAND ${Java_JAVAC_EXECUTABLE} --release 17 -Xlint:all -Werror -cp ${AERON_JAR} -d ${aeron_classes} ${aeron_sources}
  COMMAND ${Java_JAR_EXECUTABLE} --create --file ${aeron_jar} -C ${aeron_classes} .
  COMMAND ${CMAKE_COMMAND} -E copy_if_different ${AERON_JAR} ${CMAKE_BINARY_DIR}/aeron-all.jar
  DEPENDS ${aeron_sources} ${AERON_JAR}
  COMMENT "Compiling the Aeron adapter" VERBATIM)
add_custom_target(lockstep_aeron_jar DEPENDS ${aeron_jar})

get_filename_component(java_bin ${Java_JAVAC_EXECUTABLE} REALPATH)
get_filename_component(java_bin ${java_bin} DIRECTORY)
find_path(JNI_DIRECTORY jni.h HINTS ${java_bin}/../include /usr/lib/jvm/java-17-openjdk-amd64/include REQUIRED)
add_library(lockstep_aeron_java INTERFACE)
add_dependencies(lockstep_aeron_java lockstep_aeron_jar)
target_include_directories(lockstep_aeron_java SYSTEM INTERFACE ${JNI_DIRECTORY} ${JNI_DIRECTORY}/linux)
