package dev.syncline.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyscallTraceTest {
  @TempDir Path directory;

  private SyscallTrace trace(String... between) throws IOException {
    Path file = directory.resolve("trace");
    List<String> lines = new java.util.ArrayList<>();
    lines.add("7 openat(AT_FDCWD, \"log\", O_RDWR|O_DSYNC|O_DIRECT) = 5");
    lines.add("7 openat(AT_FDCWD, \"plain\", O_RDWR) = 6");
    lines.add("7 fdatasync(6)                      = 0");
    lines.add("7 openat(AT_FDCWD, \"/x/check-begins\", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 9");
    lines.addAll(List.of(between));
    lines.add("7 openat(AT_FDCWD, \"/x/check-ends\", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 9");
    lines.add("7 fsync(6)                          = 0");
    return SyscallTrace.read(Files.write(file, lines));
  }

  @Test
  void onlyWhatLiesBetweenTheMarksCounts() throws IOException {
    assertThat(trace("7 fdatasync(6)                      = 0").words()).isEqualTo("1 fdatasync");
  }

  @Test
  void aWriteCountsIfItsFileWasOpenedToSync() throws IOException {
    assertThat(trace("7 pwrite64(5, \"\"..., 4096, 0)  = 4096", "7 pwrite64(6, \"\"..., 4096, 0)  = 4096").words())
        .isEqualTo("1 pwrite64 with O_DSYNC");
  }

  @Test
  void aClosedFilesNumberMeansNothing() throws IOException {
    assertThat(trace("7 close(5) = 0", "7 openat(AT_FDCWD, \"other\", O_RDWR) = 5", "7 pwrite64(5, \"\"..., 8, 0) = 8").syncs()).isZero();
  }

  @Test
  void callsThatAnotherThreadsLineCutsInTwoCountOnce() throws IOException {
    SyscallTrace cut = trace("8 fdatasync(6 <unfinished ...>", "7 write(1, \"\"..., 1) = 1", "8 <... fdatasync resumed>) = 0");
    assertThat(cut.syncs()).isEqualTo(1);
    assertThat(
            trace(
                    "8 openat(AT_FDCWD, \"b\", O_RDWR|O_DSYNC <unfinished ...>", "7 write(1, \"\"..., 1) = 1",
                    "8 <... openat resumed>) = 8", "8 pwrite64(8, \"\"..., 8, 0) = 8")
                .syncs())
        .isEqualTo(1);
  }

  @Test
  void theWritesAndMapsThatWaitForTheDiskCount() throws IOException {
    assertThat(
            trace(
                    "7 pwritev2(6, [{iov_base=\"\"..., iov_len=4096}], 1, 0, RWF_DSYNC) = 4096",
                    "7 pwritev2(6, [{iov_base=\"\"..., iov_len=4096}], 1, 0, 0) = 4096",
                    "7 msync(0x7f, 4096, MS_SYNC) = 0",
                    "7 msync(0x7f, 4096, MS_ASYNC) = 0")
                .words())
        .isEqualTo("1 msync, 1 pwritev2 with RWF_DSYNC");
  }
}
