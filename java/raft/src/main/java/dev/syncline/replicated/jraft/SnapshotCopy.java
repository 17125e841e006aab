package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.option.SnapshotCopierOptions;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotCopier;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import java.io.IOException;

/**
 * The copying of another node's snapshot.
 *
 * <p>JRaft cancels one by interrupting its thread, and does not wait for it. A thread that is interrupted as it writes takes that for a
 * failure of its disk, for which the node stops for good; and one that goes on deletes the directory that the next copy fills already. This
 * one is cancelled by the answers that it gets, has ended when {@link #join} returns, and has then failed for that reason alone.
 *
 * <p>Nor does JRaft look whether what it has copied could be put in its place: if not, it takes the snapshot before for the new one, and
 * cuts the log up to the new one. Here that is a failure of the disk.
 */
final class SnapshotCopy extends SnapshotCopier {
  private final SnapshotCopier copier;
  private final CopyQuestions questions;
  private final String place;

  /** Why it has failed although the copier does not say so; else null. */
  private volatile Status failure;

  private SnapshotCopy(SnapshotCopier copier, CopyQuestions questions, String place) {
    this.copier = copier;
    this.questions = questions;
    this.place = place;
  }

  /** Null if the other node cannot be asked. */
  static SnapshotCopy begin(SnapshotStorage storage, String uri, SnapshotCopierOptions options) {
    CopyQuestions questions = new CopyQuestions(options.getRaftClientService(), options.getTimerManager());
    SnapshotCopier copier = storage.startToCopyFrom(uri, new SnapshotCopierOptions(
        options.getGroupId(), questions.service(), questions, options.getRaftOptions(), options.getNodeOptions()));
    String place = options.getNodeOptions().getSnapshotUri();
    return copier == null ? null : new SnapshotCopy(copier, questions, place);
  }

  private static long index(SnapshotReader reader) {
    SnapshotMeta meta = reader == null ? null : reader.load();
    return meta == null ? 0 : meta.getLastIncludedIndex();
  }

  /** It has begun. */
  @Override
  public void start() {}

  @Override
  public void cancel() {
    questions.cancel();
  }

  @Override
  public void join() throws InterruptedException {
    try {
      copier.join();
    } catch (RuntimeException e) {
      failure = new Status(RaftError.EIO, "copying a snapshot to %s failed: %s", place, e);
      return;
    }
    if (copier.isOk() && index(copier.getReader()) != questions.copiedIndex())
      failure = new Status(RaftError.EIO, "a snapshot was copied to %s, and could not be put in its place", place);
  }

  @Override
  public void close() throws IOException {
    cancel();
    copier.close();
  }

  @Override
  public SnapshotReader getReader() {
    return copier.getReader();
  }

  private Status outcome() {
    if (questions.cancelled()) return CopyQuestions.cancellation();
    return failure == null ? copier : failure;
  }

  @Override
  public boolean isOk() {
    return outcome().isOk();
  }

  @Override
  public int getCode() {
    return outcome().getCode();
  }

  @Override
  public RaftError getRaftError() {
    return outcome().getRaftError();
  }

  @Override
  public String getErrorMsg() {
    return outcome().getErrorMsg();
  }
}
