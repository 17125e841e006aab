package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import dev.syncline.replicated.RestoredState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Makes the directory of a node that is a group by itself, and holds what a backup holds. */
public final class GroupRestore {
  private GroupRestore() {}

  /**
   * Writes the directory; nothing runs in it yet. The group is a new one, with another name: nodes of the one that the backup is from are
   * not taken for its own.
   *
   * @param directory must not exist, or be empty
   * @return the highest sequence in it
   */
  public static long restore(Path backup, Path directory, String address) throws IOException {
    RestoredState.requireLog(backup);
    if (Files.exists(directory)) {
      try (var there = Files.list(directory)) {
        if (there.findAny().isPresent()) throw new IOException(directory + ": expected an empty directory, or none, for the new node");
      }
    }
    Path raft = Files.createDirectories(directory.resolve("raft"));
    NodeIdentity identity = NodeIdentity.fresh(address);
    Members members = MemberChanges.founding(Map.of(address, identity.incarnation()));
    UUID group = UUID.randomUUID();
    long highest = writeSnapshot(backup, raft.resolve("snapshot"), group, members, address);
    // Last: without it nobody takes the rest for a node.
    identity.in(group, List.of(address), members).write(directory);
    return highest;
  }

  private static long writeSnapshot(Path backup, Path snapshots, UUID group, Members members, String address) throws IOException {
    SnapshotStorage storage = new LocalSnapshotStorage(snapshots.toString(), null, new RaftOptions());
    if (!storage.init(null)) throw new IOException(snapshots + " cannot be used for snapshots");
    try (SnapshotWriter writer = storage.create()) {
      Path target = Path.of(writer.getPath());
      RestoredState restored = RestoredState.write(backup, target);
      List<String> files = new ArrayList<>(restored.files());
      AppliedCommands.writeMembers(target, group, members);
      files.add(AppliedCommands.MEMBERS_FILE);
      for (String file : files) if (!writer.addFile(file)) throw new IOException("JRaft does not take " + file + " into the snapshot");
      SnapshotMeta meta = SnapshotMeta.newBuilder().setLastIncludedIndex(1).setLastIncludedTerm(1).addPeers(address).build();
      if (!writer.saveMeta(meta)) throw new IOException(target + ": the snapshot's description could not be written");
      return restored.highest();
    } finally {
      storage.shutdown();
    }
  }
}
