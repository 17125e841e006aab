package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdviceTest {
  private static final long PLENTY = 100L << 30;

  @TempDir Path temporary;

  private static Advice.Facts sound(String fileSystem) {
    return new Advice.Facts(fileSystem, "rw,relatime", PLENTY, 65536, "write back", null, 120);
  }

  @Test
  void aSoundDiskNeedsNothing() {
    assertThat(Advice.of(sound("ext4"))).isEmpty();
    assertThat(Advice.of(new Advice.Facts(null, null, -1, -1, null, null, 0))).as("nothing is known").isEmpty();
    assertThat(Advice.of(new Advice.Facts("xfs", "rw", PLENTY, 65536, "write through", null, 8))).as("a protected cache").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"tmpfs,memory", "nfs4,not a local file system", "fuse.sshfs,not a local file system", "overlay,Mount a volume"})
  void someFileSystemsAreNone(String type, String why) {
    assertThat(Advice.of(sound(type))).singleElement().asString().contains(why);
  }

  @Test
  void whatElseIsWrongIsSaidWithWhatToDo() {
    assertThat(Advice.of(new Advice.Facts("ext4", "rw,nobarrier", PLENTY, 65536, null, null, 0)))
        .singleElement().asString().contains("nobarrier", "Mount it without");
    assertThat(Advice.of(new Advice.Facts("ext4", "rw,barrier=0,data=ordered", 1 << 20, 256, "write back", "the library is missing", 5)))
        .hasSize(5);
    assertThat(Advice.of(new Advice.Facts("ext4", "rw", PLENTY, 256, null, null, 0))).singleElement().asString()
        .contains("256 files", "ulimit -n");
  }

  @Test
  void theFactsOfThisMachineAreFound() throws IOException {
    assumeTrue(Files.isReadable(Path.of("/proc/self/mounts")), "needs Linux");
    assertThat(Advice.mountOptions(temporary)).contains("rw");
    assertThat(Advice.descriptors()).isPositive();
    assertThat(Advice.writeCache(temporary)).isIn(null, "write back", "write through");
    assertThat(Cli.run("doctor", "--millis", 0, temporary).exits(ExitCode.OK).out()).contains("to change      ");
    assertThat(Cli.run("doctor", "--json", "--millis", 0, temporary).exits(ExitCode.OK).json().get("advice").isArray()).isTrue();
  }
}
