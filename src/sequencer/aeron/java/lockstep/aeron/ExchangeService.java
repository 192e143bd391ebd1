package lockstep.aeron;

import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Passes what the log says to C++, and keeps which ingress session is open.
 *
 * <p>A session outlives the leader that opened it: whoever leads next writes with the same one, and
 * so need not connect first. Its state here is that of the log, the same on every node.
 */
final class ExchangeService implements ClusteredService {
  static final long NO_SESSION = -1;
  private static final int SNAPSHOT_BYTES = Long.BYTES;

  private Cluster cluster;
  private UnsafeBuffer assembled = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 16));
  // Read by the consensus module's thread. The term last: who sees it sees the others.
  private volatile long openSession = NO_SESSION;
  private volatile long term = -1;
  private int leader = -1;

  long openSession() {
    return openSession;
  }

  long term() {
    return term;
  }

  int leader() {
    return leader;
  }

  @Override
  public void onStart(final Cluster cluster, final Image snapshotImage) {
    this.cluster = cluster;
    long position = 0;
    if (snapshotImage != null) {
      position = readPosition(snapshotImage);
    }
    if (!Natives.loadSnapshot(position)) {
      throw new IllegalStateException("the snapshot at position " + position + " did not load");
    }
    findOpenSession();
  }

  private long readPosition(final Image image) {
    final long[] position = {-1};
    final FragmentHandler handler =
        (buffer, offset, length, header) -> position[0] = buffer.getLong(offset);
    while (position[0] < 0) {
      if (image.poll(handler, 1) == 0) {
        if (image.isClosed()) {
          throw new IllegalStateException("the snapshot's record ended early");
        }
        cluster.idleStrategy().idle();
      }
    }
    return position[0];
  }

  private void findOpenSession() {
    long newest = NO_SESSION;
    for (final ClientSession session : cluster.clientSessions()) {
      newest = Math.max(newest, session.id());
    }
    openSession = newest;
  }

  @Override
  public void onSessionOpen(final ClientSession session, final long timestamp) {
    findOpenSession();
  }

  @Override
  public void onSessionClose(
      final ClientSession session, final long timestamp, final CloseReason reason) {
    findOpenSession();
    Natives.onIngressClosed(cluster.logPosition());
  }

  @Override
  public void onSessionMessage(
      final ClientSession session,
      final long timestamp,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final Header header) {
    if (buffer.byteArray() == null) {
      Natives.onEntry(buffer.addressOffset() + offset, length, header.position(), timestamp);
      return;
    }
    // Entries fit into one fragment; one from a member with a larger MTU does not.
    if (assembled.capacity() < length) {
      assembled = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
    }
    assembled.putBytes(0, buffer, offset, length);
    Natives.onEntry(assembled.addressOffset(), length, header.position(), timestamp);
  }

  @Override
  public void onTimerEvent(final long correlationId, final long timestamp) {}

  @Override
  public void onTakeSnapshot(final ExclusivePublication publication) {
    final long position = cluster.logPosition();
    if (!Natives.takeSnapshot(position)) {
      throw new IllegalStateException("no snapshot was started at position " + position);
    }
    final UnsafeBuffer record = new UnsafeBuffer(new byte[SNAPSHOT_BYTES]);
    record.putLong(0, position);
    while (publication.offer(record) < 0) {
      cluster.idleStrategy().idle();
    }
  }

  @Override
  public void onRoleChange(final Cluster.Role role) {}

  @Override
  public void onNewLeadershipTermEvent(
      final long leadershipTermId,
      final long logPosition,
      final long timestamp,
      final long termBaseLogPosition,
      final int leaderMemberId,
      final int logSessionId,
      final TimeUnit timeUnit,
      final int appVersion) {
    leader = leaderMemberId;
    term = leadershipTermId;
    Natives.onTerm(leadershipTermId, logPosition, leaderMemberId);
    Natives.wakeConsensus();
  }

  @Override
  public int doBackgroundWork(final long nowNs) {
    return Natives.backgroundWork();
  }

  @Override
  public void onTerminate(final Cluster cluster) {}
}
