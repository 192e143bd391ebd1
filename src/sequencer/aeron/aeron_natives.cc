#include "sequencer/aeron/aeron_natives.h"

#include <jni.h>

#include <array>
#include <bit>

#include "base/assert.h"
#include "sequencer/aeron/java_machine.h"

// Constants of Java's side, mirrored there.
static_assert(sizeof(lockstep::AeronBlock) == 64);

namespace lockstep {
namespace {

constexpr const char* kNativesClass = "lockstep/aeron/Natives";
constexpr const char* kNodeClass = "lockstep/aeron/Node";

AeronHost* host = nullptr;

struct NodeMethods {
  jclass node = nullptr;
  jmethodID start = nullptr;
  jmethodID duty = nullptr;
  jmethodID append = nullptr;
  jmethodID max_entry_bytes = nullptr;
  jmethodID snapshot = nullptr;
  jmethodID purge = nullptr;
  jmethodID stop = nullptr;
};
NodeMethods methods;

// ---- called by Java ----

void JNICALL WaitForIo(JNIEnv* /*env*/, jclass /*type*/) { host->WaitForIo(); }
void JNICALL WaitForCommits(JNIEnv* /*env*/, jclass /*type*/) { host->WaitForCommits(); }
void JNICALL OnServiceThread(JNIEnv* /*env*/, jclass /*type*/) { host->OnServiceThread(); }
void JNICALL OnIoThread(JNIEnv* /*env*/, jclass /*type*/) { host->OnIoThread(); }
void JNICALL OnSocketsChange(JNIEnv* /*env*/, jclass /*type*/) { host->OnSocketsChange(); }
void JNICALL WakeService(JNIEnv* /*env*/, jclass /*type*/) { host->WakeService(); }
void JNICALL WakeConsensus(JNIEnv* /*env*/, jclass /*type*/) { host->WakeConsensus(); }

jboolean JNICALL HasSnapshot(JNIEnv* /*env*/, jclass /*type*/, jlong position) {
  return host->HasSnapshot(position) ? JNI_TRUE : JNI_FALSE;
}

jboolean JNICALL AwaitAdmission(JNIEnv* /*env*/, jclass /*type*/, jlong recorded_position) {
  return host->AwaitAdmission(recorded_position) ? JNI_TRUE : JNI_FALSE;
}

jboolean JNICALL LoadSnapshot(JNIEnv* /*env*/, jclass /*type*/, jlong position) {
  return host->LoadSnapshot(position) ? JNI_TRUE : JNI_FALSE;
}

void JNICALL OnEntry(JNIEnv* /*env*/, jclass /*type*/, jlong address, jint length, jlong position,
                     jlong timestamp_ns) {
  const auto* bytes = std::bit_cast<const std::byte*>(address);
  host->OnEntry({bytes, static_cast<std::size_t>(length)}, position, timestamp_ns);
}

void JNICALL OnTerm(JNIEnv* /*env*/, jclass /*type*/, jlong term, jlong position, jint leader) {
  host->OnTerm(term, position, leader);
}

void JNICALL OnIngressClosed(JNIEnv* /*env*/, jclass /*type*/, jlong position) {
  host->OnIngressClosed(position);
}

jint JNICALL BackgroundWork(JNIEnv* /*env*/, jclass /*type*/) { return host->BackgroundWork(); }

jboolean JNICALL TakeSnapshot(JNIEnv* /*env*/, jclass /*type*/, jlong position) {
  return host->TakeSnapshotAt(position) ? JNI_TRUE : JNI_FALSE;
}

void JNICALL Report(JNIEnv* env, jclass /*type*/, jstring text, jboolean is_fatal) {
  const char* bytes = text == nullptr ? nullptr : env->GetStringUTFChars(text, nullptr);
  host->Report(bytes == nullptr ? "" : bytes, is_fatal == JNI_TRUE);
  if (bytes != nullptr) {
    env->ReleaseStringUTFChars(text, bytes);
  }
}

template <typename Function>
JNINativeMethod Native(const char* name, const char* signature, Function* function) {
  // JNI takes names as char*, and does not write to them; functions as void*.
  return {const_cast<char*>(name), const_cast<char*>(signature),  // NOLINT
          reinterpret_cast<void*>(function)};                     // NOLINT
}

Status BindNatives(JNIEnv* env) {
  jclass natives = env->FindClass(kNativesClass);
  if (natives == nullptr) {
    return {StatusCode::kNotFound, JavaMachine::TakeException(env)};
  }
  const std::array table = {
      Native("waitForIo", "()V", &WaitForIo),
      Native("waitForCommits", "()V", &WaitForCommits),
      Native("onServiceThread", "()V", &OnServiceThread),
      Native("onIoThread", "()V", &OnIoThread),
      Native("onSocketsChange", "()V", &OnSocketsChange),
      Native("wakeService", "()V", &WakeService),
      Native("wakeConsensus", "()V", &WakeConsensus),
      Native("hasSnapshot", "(J)Z", &HasSnapshot),
      Native("awaitAdmission", "(J)Z", &AwaitAdmission),
      Native("loadSnapshot", "(J)Z", &LoadSnapshot),
      Native("onEntry", "(JIJJ)V", &OnEntry),
      Native("onTerm", "(JJI)V", &OnTerm),
      Native("onIngressClosed", "(J)V", &OnIngressClosed),
      Native("backgroundWork", "()I", &BackgroundWork),
      Native("takeSnapshot", "(J)Z", &TakeSnapshot),
      Native("report", "(Ljava/lang/String;Z)V", &Report),
  };
  if (env->RegisterNatives(natives, table.data(), static_cast<jint>(table.size())) != JNI_OK) {
    return {StatusCode::kNotFound,
            "the Java adapter is of another version: " + JavaMachine::TakeException(env)};
  }
  return Status::Ok();
}

Status FindNode(JNIEnv* env) {
  jclass node = env->FindClass(kNodeClass);
  if (node == nullptr) {
    return {StatusCode::kNotFound, JavaMachine::TakeException(env)};
  }
  methods.node = static_cast<jclass>(env->NewGlobalRef(node));
  const auto find = [&](const char* name, const char* signature) {
    return env->GetStaticMethodID(methods.node, name, signature);
  };
  methods.start = find("start", "(Ljava/lang/String;)V");
  methods.duty = find("duty", "(J)I");
  methods.append = find("append", "(JI)J");
  methods.max_entry_bytes = find("maxEntryBytes", "()I");
  methods.snapshot = find("snapshot", "()Z");
  methods.purge = find("purge", "(J)V");
  methods.stop = find("stop", "(J)V");
  if (env->ExceptionCheck()) {
    return {StatusCode::kNotFound,
            "the Java adapter is of another version: " + JavaMachine::TakeException(env)};
  }
  return Status::Ok();
}

// What Java threw out of a turn, it could not deal with.
void ReportIfThrown(JNIEnv* env) {
  if (env->ExceptionCheck()) {
    host->Report(JavaMachine::TakeException(env), true);
  }
}

}  // namespace

Status AeronNode::Bind(AeronHost& the_host) {
  LOCKSTEP_ASSERT(host == nullptr);
  JNIEnv* env = JavaMachine::Env();
  host = &the_host;
  Status status = BindNatives(env);
  if (status.ok()) {
    status = FindNode(env);
  }
  return status;
}

Status AeronNode::Start(const std::string& settings) {
  JNIEnv* env = JavaMachine::Env();
  jstring text = env->NewStringUTF(settings.c_str());
  env->CallStaticVoidMethod(methods.node, methods.start, text);
  if (std::string thrown = JavaMachine::TakeException(env); !thrown.empty()) {
    return {StatusCode::kIoError, "the cluster's node did not start: " + thrown};
  }
  return Status::Ok();
}

int AeronNode::Duty(AeronBlock& block) {
  JNIEnv* env = JavaMachine::Env();
  const int work =
      env->CallStaticIntMethod(methods.node, methods.duty, std::bit_cast<jlong>(&block));
  ReportIfThrown(env);
  return work;
}

std::int64_t AeronNode::Append(std::span<const std::byte> entry) {
  JNIEnv* env = JavaMachine::Env();
  const std::int64_t result =
      env->CallStaticLongMethod(methods.node, methods.append, std::bit_cast<jlong>(entry.data()),
                                static_cast<jint>(entry.size()));
  ReportIfThrown(env);
  return result;
}

std::size_t AeronNode::MaxEntryBytes() {
  JNIEnv* env = JavaMachine::Env();
  return static_cast<std::size_t>(env->CallStaticIntMethod(methods.node, methods.max_entry_bytes));
}

bool AeronNode::RequestSnapshot() {
  JNIEnv* env = JavaMachine::Env();
  const bool taken = env->CallStaticBooleanMethod(methods.node, methods.snapshot) == JNI_TRUE;
  ReportIfThrown(env);
  return taken;
}

Status AeronNode::Purge(std::int64_t position) {
  JNIEnv* env = JavaMachine::Env();
  env->CallStaticVoidMethod(methods.node, methods.purge, static_cast<jlong>(position));
  if (std::string thrown = JavaMachine::TakeException(env); !thrown.empty()) {
    return {StatusCode::kIoError, "the log was not purged: " + thrown};
  }
  return Status::Ok();
}

void AeronNode::Stop(std::int64_t linger_ns) {
  JNIEnv* env = JavaMachine::Env();
  env->CallStaticVoidMethod(methods.node, methods.stop, static_cast<jlong>(linger_ns));
  ReportIfThrown(env);
}

}  // namespace lockstep
