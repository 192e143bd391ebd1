package lockstep.aeron;

import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ClusterControl;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.ElectionState;
import io.aeron.cluster.NanosecondClusterClock;
import io.aeron.cluster.RecordingLog;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.driver.media.PortManager;
import io.aeron.driver.media.UdpChannel;
import io.aeron.driver.media.WildcardPortManager;
import java.io.File;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One member of the cluster: media driver, archive, consensus module and service container, and what
 * C++ asks of them.
 *
 * <p>Threads: start and stop the caller's; duty, append and snapshot the sequencer's. Two threads are
 * made here: the driver's with the archive's, and the service's.
 */
final class Node {
  private static final long INNER_WAIT_NS = 100_000;
  private static final long CLIENT_LIVENESS_NS = TimeUnit.SECONDS.toNanos(120);

  // The block of longs that duty fills, in this order: aeron_natives.h.
  private static final int ROLE = 0;
  private static final int ELECTION = 8;
  private static final int MODULE_STATE = 16;
  private static final int TERM = 24;
  private static final int LEADER = 32;
  private static final int COMMIT_POSITION = 40;
  private static final int READY = 48;
  private static final int SNAPSHOTS = 56;
  private static final int BLOCK_BYTES = 64;

  private static MediaDriver driver;
  private static Archive archive;
  private static ClusteredServiceContainer container;
  private static ConsensusModule module;
  private static AgentInvoker consensus;
  private static ExchangeService service;
  private static Ingress ingress;
  private static Thread ioThread;
  private static volatile boolean stopping;
  private static int memberId;
  private static boolean hasSeenLeader;
  private static int logTermBytes;
  private static int segmentBytes;
  private static long sessionInUse = ExchangeService.NO_SESSION;
  private static long termInUse = -1;
  private static final UnsafeBuffer block = new UnsafeBuffer(0, 0);

  private Node() {}

  /** Waits in the middle of something: not for work. */
  private static final class InnerIdle implements IdleStrategy {
    @Override
    public void idle(final int workCount) {
      if (workCount <= 0) {
        idle();
      }
    }

    @Override
    public void idle() {
      LockSupport.parkNanos(INNER_WAIT_NS);
    }

    @Override
    public void reset() {}
  }

  /** The service's: between its turns it waits for what C++ knows of. */
  private static final class ServiceIdle implements IdleStrategy {
    @Override
    public void idle(final int workCount) {
      if (workCount <= 0) {
        Natives.waitForCommits();
      }
    }

    @Override
    public void idle() {
      LockSupport.parkNanos(INNER_WAIT_NS);
    }

    @Override
    public void reset() {}
  }

  /**
   * Members stand for election one after the other, so that a vote for one reaches the next before
   * it asks for votes itself. That is more than politeness: a member that has voted for a term still
   * follows the leader of an older one, which may then commit what the newer one cuts off.
   *
   * <p>Who comes behind the last leader in the list goes at once: after a crash of the leader nothing
   * is lost by it. Until this process has seen a leader, the steps are much longer, since nodes that
   * start together are slow.
   */
  private static final class OneAfterTheOther extends Random {
    private static final long serialVersionUID = 1L;
    private final String[] members;
    private final int own;
    private final double step;
    private final double stepAtStart;

    OneAfterTheOther(final Settings settings) {
      members = settings.text("member.ids").split(",");
      own = indexOf(memberId);
      // The consensus module multiplies by half of its election time-out.
      final double unit = settings.number("election.timeout.ns") / 2.0;
      step = settings.number("nomination.step.ns") / unit;
      stepAtStart = settings.number("nomination.step.at.start.ns") / unit;
    }

    private int indexOf(final int member) {
      for (int i = 0; i < members.length; i++) {
        if (Integer.parseInt(members[i]) == member) {
          return i;
        }
      }
      return -1;
    }

    @Override
    public double nextDouble() {
      final int leader = service.term() < 0 ? -1 : indexOf(service.leader());
      if (!hasSeenLeader || leader < 0) {
        return own * stepAtStart;
      }
      return (own - leader - 1 + members.length) % members.length * step;
    }
  }

  /** Lets C++ know of the driver's sockets, which it waits for. */
  private static final class WatchedPorts implements PortManager {
    private final PortManager ports;

    WatchedPorts(final boolean isSender) {
      ports = new WildcardPortManager(WildcardPortManager.EMPTY_PORT_RANGE, isSender);
    }

    @Override
    public InetSocketAddress getManagedPort(
        final UdpChannel channel, final InetSocketAddress bindAddress) throws BindException {
      Natives.onSocketsChange();
      return ports.getManagedPort(channel, bindAddress);
    }

    @Override
    public void freeManagedPort(final InetSocketAddress bindAddress) {
      ports.freeManagedPort(bindAddress);
    }
  }

  static void start(final String text) throws Exception {
    final Settings settings = new Settings(text);
    memberId = settings.integer("member");
    logTermBytes = settings.integer("log.term.bytes");
    segmentBytes = settings.integer("segment.bytes");
    startDriver(settings);
    if (!Natives.awaitAdmission(recordedPosition(settings))) {
      throw new IllegalStateException("stopped before it could take part");
    }
    passOverMissingSnapshots(settings);
    startService(settings);
    startConsensus(settings);
  }

  private static ErrorHandler errors(final String who) {
    return ex -> Natives.report(who + ": " + ex, false);
  }

  private static void startDriver(final Settings settings) {
    final int socketBytes = settings.integer("socket.bytes");
    final MediaDriver.Context driverContext =
        new MediaDriver.Context()
            .aeronDirectoryName(settings.text("aeron.dir"))
            .threadingMode(ThreadingMode.INVOKER)
            .termBufferSparseFile(true)
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .mtuLength(settings.integer("mtu"))
            .ipcMtuLength(settings.integer("mtu"))
            .ipcTermBufferLength(settings.integer("ipc.term.bytes"))
            .publicationTermBufferLength(settings.integer("ipc.term.bytes"))
            .socketSndbufLength(socketBytes)
            .socketRcvbufLength(socketBytes)
            .initialWindowLength(socketBytes / 2)
            .spiesSimulateConnection(true)
            // Its clients are of this process: they die with it, but a slow disk may hold them up.
            .clientLivenessTimeoutNs(CLIENT_LIVENESS_NS)
            .publicationUnblockTimeoutNs(2 * CLIENT_LIVENESS_NS)
            .timerIntervalNs(settings.number("driver.timer.ns"))
            .statusMessageTimeoutNs(settings.number("driver.status.ns"))
            .flowControlReceiverTimeoutNs(settings.number("driver.receiver.ns"))
            .receiverPortManager(new WatchedPorts(false))
            .senderPortManager(new WatchedPorts(true))
            .errorHandler(errors("media driver"));
    driver = MediaDriver.launch(driverContext);
    final Archive.Context archiveContext =
        new Archive.Context()
            .aeronDirectoryName(settings.text("aeron.dir"))
            .archiveDir(new File(settings.text("archive.dir")))
            .threadingMode(ArchiveThreadingMode.INVOKER)
            .mediaDriverAgentInvoker(driver.sharedAgentInvoker())
            .controlChannel("aeron:udp?endpoint=" + settings.text("archive.endpoint"))
            .localControlChannel("aeron:ipc?term-length=64k")
            .recordingEventsEnabled(false)
            .replicationChannel("aeron:udp?endpoint=" + settings.text("host") + ":0")
            .segmentFileLength(settings.integer("segment.bytes"))
            .fileSyncLevel(settings.integer("file.sync"))
            .catalogFileSyncLevel(settings.integer("file.sync"))
            .errorHandler(errors("archive"));
    archiveContext.archiveClientContext(
        new AeronArchive.Context()
            .controlResponseChannel("aeron:udp?endpoint=" + settings.text("host") + ":0"));
    archive = Archive.launch(archiveContext);
    ioThread = new Thread(Node::runIo, "aeron-io");
    ioThread.setDaemon(true);
    ioThread.start();
  }

  private static void runIo() {
    Natives.onIoThread();
    final AgentInvoker driverInvoker = driver.sharedAgentInvoker();
    final AgentInvoker archiveInvoker = archive.invoker();
    while (!stopping) {
      if (driverInvoker.invoke() + archiveInvoker.invoke() > 0) {
        Natives.wakeConsensus();
      } else {
        Natives.waitForIo();
      }
      if (driverInvoker.isClosed() || archiveInvoker.isClosed()) {
        Natives.report("media driver or archive has ended", true);
        return;
      }
    }
  }

  private static AeronArchive.Context localArchive(final Settings settings) {
    return new AeronArchive.Context()
        .aeronDirectoryName(settings.text("aeron.dir"))
        .controlRequestChannel("aeron:ipc?term-length=64k")
        .controlResponseChannel("aeron:ipc?term-length=64k");
  }

  private static long recordedPosition(final Settings settings) {
    final File directory = new File(settings.text("cluster.dir"));
    if (!new File(directory, RecordingLog.RECORDING_LOG_FILE_NAME).exists()) {
      return 0;
    }
    final long recordingId;
    try (RecordingLog log = new RecordingLog(directory, false)) {
      recordingId = log.findLastTermRecordingId();
    }
    if (recordingId < 0) {
      return 0;
    }
    try (AeronArchive client = AeronArchive.connect(localArchive(settings))) {
      return Math.max(client.getMaxRecordedPosition(recordingId), 0);
    }
  }

  /** The state is in files of C++; a record whose file is missing or bad does not count. */
  private static void passOverMissingSnapshots(final Settings settings) {
    final File directory = new File(settings.text("cluster.dir"));
    if (!new File(directory, RecordingLog.RECORDING_LOG_FILE_NAME).exists()) {
      return;
    }
    try (RecordingLog log = new RecordingLog(directory, false)) {
      for (; ; ) {
        final RecordingLog.Entry latest = log.getLatestSnapshot(0);
        if (latest == null || Natives.hasSnapshot(latest.logPosition)) {
          return;
        }
        Natives.report(
            "the snapshot at position " + latest.logPosition + " is passed over: no good file",
            false);
        if (!log.invalidateLatestSnapshot()) {
          return;
        }
      }
    }
  }

  private static void startService(final Settings settings) {
    service = new ExchangeService();
    container =
        ClusteredServiceContainer.launch(
            new ClusteredServiceContainer.Context()
                .aeronDirectoryName(settings.text("aeron.dir"))
                .clusterDir(new File(settings.text("cluster.dir")))
                .archiveContext(localArchive(settings))
                .clusteredService(service)
                .isRespondingService(false)
                .logFragmentLimit(settings.integer("fragments"))
                .idleStrategySupplier(ServiceIdle::new)
                .threadFactory(
                    run ->
                        new Thread(
                            () -> {
                              Natives.onServiceThread();
                              run.run();
                            },
                            "engine"))
                .terminationHook(() -> Natives.report("the service has ended", true))
                .errorHandler(errors("service")));
  }

  private static void startConsensus(final Settings settings) {
    final ConsensusModule.Context context =
        new ConsensusModule.Context()
            .aeronDirectoryName(settings.text("aeron.dir"))
            .clusterDir(new File(settings.text("cluster.dir")))
            .clusterMemberId(memberId)
            .clusterMembers(settings.text("members"))
            // Members talk over the log and the consensus channel; clients come by IPC alone.
            .ingressChannel("aeron:udp?endpoint=127.0.0.1:0|term-length=64k")
            .isIpcIngressAllowed(true)
            .ingressFragmentLimit(settings.integer("fragments"))
            .egressChannel("aeron:ipc?term-length=64k")
            .consensusChannel("aeron:udp?term-length=64k")
            .replicationChannel("aeron:udp?endpoint=" + settings.text("host") + ":0")
            .logChannel("aeron:udp?term-length=" + settings.text("log.term.bytes") + "|fc=max")
            .archiveContext(localArchive(settings))
            .clusterClock(new NanosecondClusterClock())
            .useAgentInvoker(true)
            .idleStrategySupplier(InnerIdle::new)
            .leaderHeartbeatTimeoutNs(settings.number("heartbeat.timeout.ns"))
            .leaderHeartbeatIntervalNs(settings.number("heartbeat.interval.ns"))
            .electionTimeoutNs(settings.number("election.timeout.ns"))
            .electionStatusIntervalNs(settings.number("election.status.ns"))
            .startupCanvassTimeoutNs(settings.number("canvass.timeout.ns"))
            .sessionTimeoutNs(settings.number("session.timeout.ns"))
            .random(new OneAfterTheOther(settings))
            .fileSyncLevel(settings.integer("file.sync"))
            .terminationHook(() -> Natives.report("the consensus module has ended", true))
            .errorHandler(errors("consensus module"));
    module = ConsensusModule.launch(context);
    consensus = module.conductorAgentInvoker();
    ingress = new Ingress(context.aeron(), settings.integer("ipc.term.bytes"));
  }

  /** One turn of the consensus module; fills the block at this address. -1: it has ended. */
  static int duty(final long blockAddress) {
    int work = consensus.invoke();
    if (consensus.isClosed()) {
      return -1;
    }
    final ConsensusModule.Context context = module.context();
    final long role = context.clusterNodeRoleCounter().get();
    final boolean hasElection =
        context.electionStateCounter().get() != ElectionState.CLOSED.code();
    hasSeenLeader |= !hasElection;
    final boolean leads = role == Cluster.Role.LEADER.code() && !hasElection;
    final long term = context.leadershipTermIdCounter().get();
    // What the service has not seen of the log's beginning of this term, it will.
    final boolean caughtUp = service.term() == term;
    boolean ready = false;
    if (leads && caughtUp) {
      sessionInUse = service.openSession();
      termInUse = term;
      ready = sessionInUse != ExchangeService.NO_SESSION && ingress.isConnected();
      if (sessionInUse == ExchangeService.NO_SESSION) {
        work += ingress.connect();
      }
    } else if (!leads) {
      ingress.stopConnecting();
    }
    work += ingress.poll();
    block.wrap(blockAddress, BLOCK_BYTES);
    block.putLong(ROLE, role);
    block.putLong(ELECTION, context.electionStateCounter().get());
    block.putLong(MODULE_STATE, context.moduleStateCounter().get());
    block.putLong(TERM, term);
    block.putLong(LEADER, !hasElection && caughtUp ? service.leader() : -1);
    block.putLong(COMMIT_POSITION, context.commitPositionCounter().get());
    block.putLong(READY, ready ? 1 : 0);
    block.putLong(SNAPSHOTS, context.snapshotCounter().get());
    return work;
  }

  static long append(final long address, final int length) {
    return ingress.append(address, length, termInUse, sessionInUse);
  }

  static int maxEntryBytes() {
    return ingress.maxPayload();
  }

  /** Asks the leader for a snapshot on all nodes. False: not now. */
  static boolean snapshot() {
    return ClusterControl.ToggleState.SNAPSHOT.toggle(module.context().controlToggleCounter());
  }

  /**
   * Removes whole segments of the recorded log before this position. Waits for the archive, so on a
   * thread of its own; with a client of its own, since the others' belong to their threads.
   */
  static void purge(final long position) {
    final long recordingId = recordingLogId();
    if (recordingId < 0) {
      return;
    }
    try (AeronArchive client =
        AeronArchive.connect(
            module.context().archiveContext().clone().aeron(null).ownsAeronClient(true))) {
      final long start = client.getStartPosition(recordingId);
      final long segment =
          AeronArchive.segmentFileBasePosition(
              start, position, logTermBytes, segmentBytes);
      if (segment > start) {
        client.purgeSegments(recordingId, segment);
      }
    }
  }

  private static long recordingLogId() {
    try (RecordingLog log = new RecordingLog(module.context().clusterDir(), false)) {
      return log.findLastTermRecordingId();
    }
  }

  /** The consensus module goes first: its followers must hear of it before the driver is gone. */
  static void stop(final long lingerNs) {
    CloseHelper.quietClose(module);
    CloseHelper.quietClose(container);
    final long until = System.nanoTime() + lingerNs;
    while (System.nanoTime() < until) {
      LockSupport.parkNanos(1_000_000);
    }
    stopping = true;
    try {
      ioThread.join();
    } catch (final InterruptedException ignored) {
      Thread.currentThread().interrupt();
    }
    CloseHelper.quietCloseAll(archive, driver);
  }
}
