package dev.syncline.cli;

import dev.syncline.io.Refusal;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32C;

/** Where an export goes, line by line. */
abstract class ExportSink implements Closeable {
  private final CRC32C before = new CRC32C();

  /** Writes one line, with its checksum. */
  final void write(Object line) throws IOException {
    writeLine(ExportFormat.withChecksum(Json.line(line), before));
  }

  abstract void writeLine(String line) throws IOException;

  /** Makes what was written last. Without it, closing leaves no file. */
  abstract void finish() throws IOException;

  /** Lines on standard output. */
  static ExportSink to(PrintWriter out) {
    return new ExportSink() {
      private static final int LINES_BETWEEN_CHECKS = 1000;
      private int lines;

      @Override
      void writeLine(String line) throws IOException {
        out.write(line);
        out.write('\n');
        if (++lines % LINES_BETWEEN_CHECKS == 0) finish();
      }

      /** A writer that prints keeps its errors to itself until it is asked. */
      @Override
      void finish() throws IOException {
        if (out.checkError())
          throw new IOException("standard output takes no more: its disk is full, or its reader has gone. The export is cut off");
      }

      @Override
      public void close() {}
    };
  }

  /** A new file: under a temporary name until it is complete and durable. */
  static ExportSink toFile(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS))
      throw new CliException(ExitCode.NOT_RUN, file + " exists: expected a name that is free. Nothing was changed; name another file");
    Path parent = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(parent))
      throw new CliException(ExitCode.NOT_RUN, file + " cannot be made: there is no directory " + parent + "; make it first");
    // By hand: a temporary file of the library's could be read by its owner alone.
    String temporary = file.getFileName() + "." + HexFormat.of().toHexDigits(new Random().nextLong()) + ".tmp";
    try {
      return new FileSink(file.toAbsolutePath(), parent.resolve(temporary));
    } catch (IOException e) {
      throw Refusal.explained(e, parent, true);
    }
  }

  private static final class FileSink extends ExportSink {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final Path temporary;
    private final FileChannel channel;
    private final OutputStream out;
    private final AtExit unfinished;

    FileSink(Path file, Path temporary) throws IOException {
      this.file = file;
      this.temporary = temporary;
      this.channel = FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
      this.out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
      this.unfinished = AtExit.run("delete " + temporary.getFileName(), () -> Files.deleteIfExists(temporary));
    }

    @Override
    void writeLine(String line) throws IOException {
      try {
        out.write(line.getBytes(StandardCharsets.UTF_8));
        out.write('\n');
      } catch (IOException e) {
        throw unwritable(e);
      }
    }

    @Override
    void finish() throws IOException {
      try {
        out.flush();
        channel.force(true);
        channel.close();
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw unwritable(e);
      }
      TargetDirectory.sync(file.getParent());
    }

    /** What the system says of a write is two words, without the file. */
    private IOException unwritable(IOException failed) {
      return new IOException(
          file + " could not be written: " + failed.getMessage() + ". Look at the room and the inodes of its disk (df -h, df -i), at quotas"
              + " and limits (ulimit -f), and if it is an error of the disk at dmesg. What was written of it is removed", failed);
    }

    @Override
    public void close() throws IOException {
      unfinished.forget();
      channel.close();
      Files.deleteIfExists(temporary);
    }
  }
}
