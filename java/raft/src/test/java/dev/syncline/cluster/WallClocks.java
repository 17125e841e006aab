package dev.syncline.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Wall clocks of processes, each set by itself while its process runs: a library that is loaded before all others adds to what the kernel says. */
final class WallClocks {
  private static final String FILE = "SYNCLINE_CLOCK";
  private static final String SOURCE = """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <fcntl.h>
      #include <stdint.h>
      #include <stdlib.h>
      #include <sys/mman.h>
      #include <sys/time.h>
      #include <time.h>
      #include <unistd.h>
      static volatile int64_t *ahead_seconds;
      __attribute__((constructor)) static void begin(void) {
        const char *name = getenv("SYNCLINE_CLOCK");
        int fd = name ? open(name, O_RDONLY) : -1;
        if (fd < 0) return;
        void *mapped = mmap(0, 8, PROT_READ, MAP_SHARED, fd, 0);
        if (mapped != MAP_FAILED) ahead_seconds = mapped;
        close(fd);
      }
      int clock_gettime(clockid_t id, struct timespec *time) {
        static int (*real)(clockid_t, struct timespec *);
        if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
        int result = real(id, time);
        if (result == 0 && ahead_seconds && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) time->tv_sec += *ahead_seconds;
        return result;
      }
      int gettimeofday(struct timeval *time, void *zone) {
        struct timespec now;
        (void)zone;
        if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
        time->tv_sec = now.tv_sec;
        time->tv_usec = now.tv_nsec / 1000;
        return 0;
      }
      time_t time(time_t *seconds) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        if (seconds) *seconds = now.tv_sec;
        return now.tv_sec;
      }
      """;

  private final Path directory;
  private final Path library;

  private WallClocks(Path directory, Path library) {
    this.directory = directory;
    this.library = library;
  }

  /** Empty where there is no C compiler, or no such thing as a library that is loaded first. */
  static Optional<WallClocks> make(Path directory) throws IOException, InterruptedException {
    Path source = Files.writeString(directory.resolve("clocks.c"), SOURCE);
    Path library = directory.resolve("clocks.so");
    WallClocks clocks = new WallClocks(directory, library);
    if (run(Map.of(), "cc", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl").isEmpty()) return Optional.empty();
    Map<String, String> probe = clocks.environmentOf("probe");
    clocks.set("probe", Duration.ofHours(1));
    long hereSeconds = System.currentTimeMillis() / 1000;
    Optional<String> there = run(probe, "date", "+%s");
    return there.isPresent() && Math.abs(Long.parseLong(there.get()) - hereSeconds - 3600) < 600 ? Optional.of(clocks) : Optional.empty();
  }

  /** What a process needs whose clock is that of this name, which is right at first. */
  Map<String, String> environmentOf(String name) {
    try {
      Files.write(directory.resolve(name + ".clock"), new byte[Long.BYTES]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.of("LD_PRELOAD", library.toString(), FILE, directory.resolve(name + ".clock").toString());
  }

  /** The file is mapped: it must not become shorter, not for a moment. */
  void set(String name, Duration ahead) throws IOException {
    try (FileChannel file = FileChannel.open(directory.resolve(name + ".clock"), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, ahead.toSeconds()), 0);
    }
  }

  /** What the program says; empty if it fails, or is not there. */
  private static Optional<String> run(Map<String, String> environment, String... command) throws InterruptedException {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(environment);
      Process process = builder.start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? Optional.of(said) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
