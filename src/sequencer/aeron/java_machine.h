// The Java virtual machine inside this process: opened by dlopen only when a cluster is configured,
// once, and never closed, since a machine cannot be made twice in one process.
//
// Threads: Create one; Env from any (a thread that Java does not know is attached for the rest of
// its life).
#pragma once

#include <jni.h>

#include <string>
#include <vector>

#include "base/status.h"

namespace lockstep {

struct JavaMachineOptions {
  // Directory of a JDK or JRE 17 or newer; empty: $JAVA_HOME, then the newest below /usr/lib/jvm.
  std::string java_home;
  // Class path, in order.
  std::vector<std::string> jars;
  std::size_t heap_bytes = std::size_t{96} << 20U;
  // Passed on as they are.
  std::vector<std::string> extra_options;
};

class JavaMachine {
 public:
  // Makes the one machine of this process. kAlreadyExists: there is one; kNotFound: no libjvm, says
  // where was looked; kIoError: it did not start. The signals that this process handles stay its
  // own.
  [[nodiscard]] static Status Create(const JavaMachineOptions& options);

  // The calling thread's interface. A machine must have been created.
  [[nodiscard]] static JNIEnv* Env();

  // The exception that the last call left, with its causes, as one line; empty: none. Clears it.
  [[nodiscard]] static std::string TakeException(JNIEnv* env);
};

}  // namespace lockstep
