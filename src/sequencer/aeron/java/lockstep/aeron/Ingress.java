package lockstep.aeron;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.codecs.MessageHeaderEncoder;
import io.aeron.cluster.codecs.SessionMessageHeaderEncoder;
import io.aeron.logbuffer.BufferClaim;
import java.util.concurrent.TimeUnit;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The way into the log: the consensus module's IPC ingress. Thread: the consensus module's.
 *
 * <p>A session is opened once in the life of a cluster, by its first leader. Each later leader finds
 * it in its replicated state and writes with it at once, on a publication that it has had all along.
 */
final class Ingress {
  static final long REFUSED = 0;
  static final long BACK_PRESSURED = -1;

  private static final int INGRESS_STREAM = AeronCluster.Configuration.INGRESS_STREAM_ID_DEFAULT;
  private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);

  private final Aeron aeron;
  private final String ipcChannel;
  private final ExclusivePublication publication;
  private final BufferClaim claim = new BufferClaim();
  private final SessionMessageHeaderEncoder header = new SessionMessageHeaderEncoder();
  private final UnsafeBuffer entry = new UnsafeBuffer(0, 0);
  private AeronCluster.AsyncConnect connecting;
  // Kept: closing it would close the session that everybody writes with.
  private AeronCluster opened;

  Ingress(final Aeron aeron, final int termBytes) {
    this.aeron = aeron;
    ipcChannel = "aeron:ipc?term-length=" + termBytes;
    publication = aeron.addExclusivePublication(ipcChannel, INGRESS_STREAM);
    header.wrapAndApplyHeader(
        new UnsafeBuffer(new byte[AeronCluster.SESSION_HEADER_LENGTH]), 0, new MessageHeaderEncoder());
  }

  int maxPayload() {
    return publication.maxPayloadLength() - AeronCluster.SESSION_HEADER_LENGTH;
  }

  boolean isConnected() {
    return publication.isConnected();
  }

  /** Opens a session, a little at each call, until the service sees it in the log. */
  int connect() {
    if (connecting == null) {
      connecting =
          AeronCluster.asyncConnect(
              new AeronCluster.Context()
                  .aeron(aeron)
                  .ownsAeronClient(false)
                  .ingressChannel(ipcChannel)
                  .egressChannel("aeron:ipc?term-length=64k|alias=lockstep-egress")
                  .messageTimeoutNs(CONNECT_TIMEOUT_NS));
      return 1;
    }
    try {
      final AeronCluster client = connecting.poll();
      if (client != null) {
        opened = client;
        connecting = null;
        return 1;
      }
    } catch (final RuntimeException ex) {
      Natives.report("the way into the log could not be opened: " + ex.getMessage(), false);
      stopConnecting();
    }
    return 0;
  }

  void stopConnecting() {
    if (connecting != null) {
      connecting.close();
      connecting = null;
    }
  }

  /** Keeps the answers to the session from filling up. */
  int poll() {
    return opened == null ? 0 : opened.pollEgress();
  }

  /** Copies one entry into the ingress; its position, or one of the constants above. */
  long append(final long address, final int length, final long term, final long session) {
    final long result = publication.tryClaim(AeronCluster.SESSION_HEADER_LENGTH + length, claim);
    if (result <= 0) {
      return result == Publication.NOT_CONNECTED || result == Publication.CLOSED
          ? REFUSED
          : BACK_PRESSURED;
    }
    final MutableDirectBuffer buffer = claim.buffer();
    final int offset = claim.offset();
    header.leadershipTermId(term).clusterSessionId(session).timestamp(0);
    buffer.putBytes(offset, header.buffer(), 0, AeronCluster.SESSION_HEADER_LENGTH);
    entry.wrap(address, length);
    buffer.putBytes(offset + AeronCluster.SESSION_HEADER_LENGTH, entry, 0, length);
    claim.commit();
    return result;
  }
}
