// This test program once more, running one disabled test, to be killed.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace lockstep {

class ChildProcess {
 public:
  // `variable` is set to `value` in the child's environment.
  ChildProcess(const std::string& test, const std::string& variable, const std::string& value) {
    std::vector<std::string> arguments = {"/proc/self/exe", "--gtest_filter=" + test,
                                          "--gtest_also_run_disabled_tests", "--gtest_brief=1"};
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) {
      pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    setenv(variable.c_str(), value.c_str(), 1);
    pid_ = fork();
    if (pid_ == 0) {
      execv(pointers[0], pointers.data());
      _exit(127);
    }
    unsetenv(variable.c_str());
  }
  ~ChildProcess() { Kill(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void Kill() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      int ignored = 0;
      waitpid(pid_, &ignored, 0);
      pid_ = 0;
    }
  }

 private:
  pid_t pid_ = 0;
};

}  // namespace lockstep
