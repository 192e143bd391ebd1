package lockstep.aeron;

/** What C++ does for the cluster: the other side is aeron_natives.cc. */
final class Natives {
  private Natives() {}

  /** Media driver's and archive's thread: sleeps until a socket is readable or it is woken. */
  static native void waitForIo();

  /** Media driver's thread: it is opening or closing a socket. */
  static native void onSocketsChange();

  /** Service's thread: sleeps until there is something to apply or a query, or it is woken. */
  static native void waitForCommits();

  /** Service's thread, once in its beginning. */
  static native void onServiceThread();

  /** Media driver's and archive's thread, once in its beginning. */
  static native void onIoThread();

  /** The service has work for sure. Any thread. */
  static native void wakeService();

  /** The consensus module may have work. Any thread. */
  static native void wakeConsensus();

  /**
   * Start: returns when this node, whose recorded log ends at this position, may take part; false:
   * it is to stop instead.
   */
  static native boolean awaitAdmission(long recordedPosition);

  /** Service's thread: the log begins behind this position; false: that snapshot does not load. */
  static native boolean loadSnapshot(long position);

  /** Start: a good file of the state at this position is there. */
  static native boolean hasSnapshot(long position);

  /** Service's thread: one committed entry, off-heap and valid during the call. */
  static native void onEntry(long address, int length, long position, long timestampNs);

  /** Service's thread: a term begins in the log. */
  static native void onTerm(long term, long position, int leader);

  /** Service's thread: the log says that this node's session was closed. */
  static native void onIngressClosed(long position);

  /** Service's thread, between entries: answers questions; returns how many. */
  static native int backgroundWork();

  /** Service's thread: starts a snapshot of the state at this position; false: none was started. */
  static native boolean takeSnapshot(long position);

  /** Any thread: something went wrong; a fatal thing ends the process. */
  static native void report(String text, boolean isFatal);
}
