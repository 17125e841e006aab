package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node whose disk gives back other bytes than it was given. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DamagedNodeTest {
  @TempDir Path temporary;
  private Cluster cluster;
  private String address;
  private Path directory;

  @BeforeEach
  void start() throws IOException {
    cluster = Cluster.start(temporary, 1);
    address = cluster.addresses().get(0);
    directory = cluster.directory(address);
    for (int i = 0; i < 20; i++) cluster.append("before " + i);
    cluster.leader().compact();
    for (int i = 0; i < 20; i++) cluster.append("behind the snapshot " + i);
    cluster.stop(address);
  }

  @AfterEach
  void stop() throws IOException {
    cluster.close();
  }

  /** The files that hold what the node has acknowledged, voted, or is. */
  private List<Path> files() throws IOException {
    List<Path> found = new ArrayList<>(List.of(directory.resolve("identity"), directory.resolve("raft/meta/vote")));
    try (Stream<Path> all = Files.walk(directory.resolve("raft"))) {
      all.filter(Files::isRegularFile)
          .filter(file -> file.toString().endsWith(".wal") || file.endsWith("sessions") || file.endsWith("group"))
          .forEach(found::add);
    }
    return found;
  }

  @Test
  void aFlippedBitIsRefusedWithTheNameOfItsFileAndWhatToDo() throws IOException {
    List<Path> files = files();
    assertThat(files).hasSizeGreaterThanOrEqualTo(6);
    int refused = 0;
    for (Path file : files) {
      byte[] whole = Files.readAllBytes(file);
      int at = firstByteOfContent(file, whole);
      if (at >= whole.length) continue; // Nothing has been written there.
      byte[] flipped = whole.clone();
      flipped[at] ^= 4;
      Files.write(file, flipped);
      assertThatThrownBy(() -> cluster.start(address)).as("a bit of %s", file).isInstanceOf(IOException.class)
          .hasMessageContaining(file.getFileName().toString()).hasMessageContaining("start it with --join");
      Files.write(file, whole);
      refused++;
    }
    assertThat(refused).isGreaterThanOrEqualTo(5);
    cluster.start(address);
    assertThat(cluster.linesOfAll()).hasSize(40);
  }

  /** In a log the first byte that a record has written: behind the header and the two slots for its tail. */
  private static int firstByteOfContent(Path file, byte[] whole) {
    if (!file.toString().endsWith(".wal")) return 30;
    int at = 12288;
    while (at < whole.length && whole[at] == 0) at++;
    return at;
  }
}
