package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.Status;
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
 */
final class SnapshotCopy extends SnapshotCopier {
  private final SnapshotCopier copier;
  private final CopyQuestions questions;

  private SnapshotCopy(SnapshotCopier copier, CopyQuestions questions) {
    this.copier = copier;
    this.questions = questions;
  }

  /** Null if the other node cannot be asked. */
  static SnapshotCopy begin(SnapshotStorage storage, String uri, SnapshotCopierOptions options) {
    CopyQuestions questions = new CopyQuestions(options.getRaftClientService(), options.getTimerManager());
    SnapshotCopier copier = storage.startToCopyFrom(uri, new SnapshotCopierOptions(
        options.getGroupId(), questions.service(), questions, options.getRaftOptions(), options.getNodeOptions()));
    return copier == null ? null : new SnapshotCopy(copier, questions);
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
    copier.join();
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
    return questions.cancelled() ? CopyQuestions.cancellation() : copier;
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
