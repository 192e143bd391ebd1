#include "sequencer/aeron/java_machine.h"

#include <dlfcn.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/assert.h"
#include "base/thread_kind.h"

namespace lockstep {
namespace {

JavaVM* machine = nullptr;

constexpr const char* kLibrary = "/lib/server/libjvm.so";
constexpr const char* kSystemMachines = "/usr/lib/jvm";

std::vector<std::string> PlacesToLook(const std::string& java_home) {
  std::vector<std::string> places;
  if (!java_home.empty()) {
    places.push_back(java_home);
    return places;
  }
  if (const char* home = std::getenv("JAVA_HOME"); home != nullptr && *home != '\0') {
    places.emplace_back(home);
  }
  std::vector<std::string> installed;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(kSystemMachines, error)) {
    if (entry.is_directory(error)) {
      installed.push_back(entry.path().string());
    }
  }
  std::ranges::sort(installed, std::ranges::greater{});
  places.insert(places.end(), installed.begin(), installed.end());
  return places;
}

Result<void*> OpenLibrary(const std::string& java_home) {
  std::string looked;
  for (const std::string& place : PlacesToLook(java_home)) {
    const std::string path = place + kLibrary;
    if (void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL); library != nullptr) {
      return library;
    }
    const char* why = dlerror();
    looked += (looked.empty() ? "" : "; ") + std::string(why != nullptr ? why : path);
  }
  return Error(StatusCode::kNotFound,
               "no Java virtual machine was found (set JAVA_HOME or [cluster] java_home): " +
                   (looked.empty() ? std::string(kSystemMachines) + " is empty" : looked));
}

std::vector<std::string> MachineOptions(const JavaMachineOptions& options) {
  std::string class_path;
  for (const std::string& jar : options.jars) {
    class_path += (class_path.empty() ? "" : ":") + jar;
  }
  const std::string heap = std::to_string(options.heap_bytes >> 20U) + "m";
  std::vector<std::string> all = {
      "-Djava.class.path=" + class_path,
      "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
      "--add-opens=java.base/java.util.zip=ALL-UNNAMED",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
      // The process handles its signals itself.
      "-Xrs",
      "-Xms" + heap,
      "-Xmx" + heap,
      "-XX:+UseSerialGC",
      "-XX:+AlwaysPreTouch",
      "-XX:TieredStopAtLevel=1",
      "-XX:-UsePerfData",
      // No safepoint without a reason: it stops the consensus module.
      "-XX:+UnlockDiagnosticVMOptions",
      "-XX:GuaranteedSafepointInterval=0",
      "-XX:-CreateCoredumpOnCrash",
      "-Dagrona.disable.bounds.checks=true",
      "-Daeron.print.configuration=false",
  };
  all.insert(all.end(), options.extra_options.begin(), options.extra_options.end());
  return all;
}

std::string TextOf(JNIEnv* env, jobject object) {
  jclass type = env->GetObjectClass(object);
  jmethodID to_string = env->GetMethodID(type, "toString", "()Ljava/lang/String;");
  auto* text = static_cast<jstring>(env->CallObjectMethod(object, to_string));
  if (env->ExceptionCheck() || text == nullptr) {
    env->ExceptionClear();
    return "an exception that does not say what it is";
  }
  const char* bytes = env->GetStringUTFChars(text, nullptr);
  std::string result = bytes != nullptr ? bytes : "";
  env->ReleaseStringUTFChars(text, bytes);
  return result;
}

// While it lives, threads that this one starts go before others, if the process may say so.
class UrgentChildren {
 public:
  UrgentChildren() : nice_(getpriority(PRIO_PROCESS, 0)) {
    setpriority(PRIO_PROCESS, 0, nice_ + kUrgentNice);
  }
  ~UrgentChildren() { setpriority(PRIO_PROCESS, 0, nice_); }
  UrgentChildren(const UrgentChildren&) = delete;
  UrgentChildren& operator=(const UrgentChildren&) = delete;

 private:
  int nice_;
};

}  // namespace

Status JavaMachine::Create(const JavaMachineOptions& options) {
  if (machine != nullptr) {
    return {StatusCode::kAlreadyExists, "this process has a Java virtual machine already"};
  }
  for (const std::string& jar : options.jars) {
    if (!std::filesystem::exists(jar)) {
      return {StatusCode::kNotFound, jar + " is missing"};
    }
  }
  const auto library = OpenLibrary(options.java_home);
  if (!library) {
    return library.error();
  }
  using CreateFunction = jint (*)(JavaVM**, void**, void*);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what dlsym gives
  const auto create = reinterpret_cast<CreateFunction>(dlsym(*library, "JNI_CreateJavaVM"));
  if (create == nullptr) {
    return {StatusCode::kIoError, "libjvm does not have JNI_CreateJavaVM"};
  }
  std::vector<std::string> texts = MachineOptions(options);
  std::vector<JavaVMOption> entries;
  entries.reserve(texts.size());
  for (std::string& text : texts) {
    entries.push_back({.optionString = text.data(), .extraInfo = nullptr});
  }
  JavaVMInitArgs arguments{};
  arguments.version = JNI_VERSION_10;
  arguments.nOptions = static_cast<jint>(entries.size());
  arguments.options = entries.data();
  arguments.ignoreUnrecognized = JNI_FALSE;
  void* env = nullptr;
  // At a safepoint all wait for the machine's own threads, heartbeats too.
  const UrgentChildren urgent;
  if (const jint code = create(&machine, &env, &arguments); code != JNI_OK) {
    machine = nullptr;
    return {StatusCode::kIoError,
            "the Java virtual machine did not start: code " + std::to_string(code)};
  }
  return Status::Ok();
}

JNIEnv* JavaMachine::Env() {
  LOCKSTEP_ASSERT(machine != nullptr);
  thread_local JNIEnv* env = nullptr;
  if (env == nullptr) {
    void* attached = nullptr;
    if (machine->GetEnv(&attached, JNI_VERSION_10) != JNI_OK) {
      const jint code = machine->AttachCurrentThreadAsDaemon(&attached, nullptr);
      LOCKSTEP_ASSERT(code == JNI_OK);
    }
    env = static_cast<JNIEnv*>(attached);
  }
  return env;
}

std::string JavaMachine::TakeException(JNIEnv* env) {
  constexpr int kCauses = 5;
  jthrowable thrown = env->ExceptionOccurred();
  if (thrown == nullptr) {
    return {};
  }
  env->ExceptionClear();
  std::string text = TextOf(env, thrown);
  jmethodID get_cause = env->GetMethodID(env->FindClass("java/lang/Throwable"), "getCause",
                                         "()Ljava/lang/Throwable;");
  for (int i = 0; i < kCauses; ++i) {
    thrown = static_cast<jthrowable>(env->CallObjectMethod(thrown, get_cause));
    if (env->ExceptionCheck() || thrown == nullptr) {
      env->ExceptionClear();
      break;
    }
    text += "; because of " + TextOf(env, thrown);
  }
  return text;
}

}  // namespace lockstep
