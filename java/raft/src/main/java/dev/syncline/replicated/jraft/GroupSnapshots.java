package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.option.SnapshotCopierOptions;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import com.alipay.sofa.jraft.storage.SnapshotThrottle;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotCopier;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import com.alipay.sofa.jraft.util.Endpoint;

/** The group's snapshots on this node, which are copied by {@link SnapshotCopy}. */
final class GroupSnapshots implements SnapshotStorage {
  private final SnapshotStorage snapshots;
  private final Endpoint address;

  GroupSnapshots(SnapshotStorage snapshots, Endpoint address) {
    this.snapshots = snapshots;
    this.address = address;
  }

  /** JRaft tells its own storage, which says so to whoever copies; through this one it does not see it. */
  @Override
  public boolean init(Void nothing) {
    if (snapshots instanceof LocalSnapshotStorage local && !local.hasServerAddr()) local.setServerAddr(address);
    return snapshots.init(nothing);
  }

  @Override
  public void shutdown() {
    snapshots.shutdown();
  }

  @Override
  public boolean setFilterBeforeCopyRemote() {
    return snapshots.setFilterBeforeCopyRemote();
  }

  @Override
  public void setSnapshotThrottle(SnapshotThrottle throttle) {
    snapshots.setSnapshotThrottle(throttle);
  }

  @Override
  public SnapshotWriter create() {
    return snapshots.create();
  }

  @Override
  public SnapshotReader open() {
    return snapshots.open();
  }

  @Override
  public SnapshotReader copyFrom(String uri, SnapshotCopierOptions options) {
    return snapshots.copyFrom(uri, options);
  }

  @Override
  public SnapshotCopier startToCopyFrom(String uri, SnapshotCopierOptions options) {
    return SnapshotCopy.begin(snapshots, uri, options);
  }
}
