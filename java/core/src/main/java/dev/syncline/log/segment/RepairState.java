package dev.syncline.log.segment;

import dev.syncline.IncompatibleLogException;
import dev.syncline.SequenceRange;
import dev.syncline.format.Crc;
import dev.syncline.format.SegmentName;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.ShellWord;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the file {@code complete} of a repair says: the log that was built in the same directory is whole, these are the files that it takes
 * the place of, and this is what became of the records. From when it is durable to when it is deleted the log is neither the old nor the
 * new one, and is opened by nobody but a repair that goes on.
 *
 * <p>Lines of text, for whoever finds it at night; the last one is the checksum of those before it.
 *
 * @param oldFiles segments that go to quarantine
 * @param newFiles segments that come in their place
 * @param lost sequences that are lost with the damage, ascending
 * @param keptRecords records in the new log
 * @param floorSequence highest sequence ever seen or promised
 */
public record RepairState(
    List<String> oldFiles, List<String> newFiles, List<SequenceRange> lost, long keptRecords, long floorSequence) {
  private static final String FIRST_LINE = "syncline repair 1";
  private static final int BYTES_MAX = 1 << 30;

  /** Refuses a directory that no log may be opened in: something else has one of the log's names, or a repair has not ended. */
  public static void requireOpenable(Storage storage) throws IOException {
    Incompatible.requireOwnNames(storage);
    requireNone(storage);
  }

  /** Refuses a log whose repair was begun and has not ended. */
  public static void requireNone(Storage storage) throws IOException {
    if (isThere(storage))
      throw new IncompatibleLogException(
          storage.directory() + ": a repair was begun and has not ended, so that this is neither the log of before nor the repaired one."
              + " Run 'syncline repair " + ShellWord.of(storage.directory())
              + " --apply' again: it goes on where it stopped. Nothing was changed");
  }

  /** Whether the directory has such a file, readable or not. */
  public static boolean isThere(Storage storage) throws IOException {
    // A link or a file of that name is not what a repair has made.
    if (!mayBeThere(storage.directory().resolve(SegmentName.REPAIR))) return false;
    try (Storage repair = storage.in(storage.directory().resolve(SegmentName.REPAIR))) {
      List<String> names = repair.list();
      if (!names.contains(SegmentName.COMPLETE)) return false;
      // One that is unreadable is still one, as long as there is something to be put in place.
      return names.contains(SegmentName.MARK) || text(repair).startsWith(FIRST_LINE);
    } catch (NoSuchFileException | AccessDeniedException e) {
      // A directory that may not be looked into is somebody else's.
      return false;
    }
  }

  /** By path, which tells a directory from what else may have the name; a storage may have its directories elsewhere. */
  private static boolean mayBeThere(Path directory) {
    return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) || !Files.exists(directory, LinkOption.NOFOLLOW_LINKS);
  }

  /** Writes it, durably. */
  public void write(Storage repair) throws IOException {
    StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
    for (String name : oldFiles) text.append("old ").append(name).append('\n');
    for (String name : newFiles) text.append("new ").append(name).append('\n');
    for (SequenceRange range : lost) text.append("lost ").append(range.first()).append(' ').append(range.last()).append('\n');
    text.append("kept ").append(keptRecords).append('\n').append("floor ").append(floorSequence).append('\n');
    text.append(checksumLine(text.toString()));
    new SegmentFiles(repair).replace(SegmentName.COMPLETE, text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static String checksumLine(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return String.format(Locale.ROOT, "crc 0x%08x\n", new Crc().of(ByteBuffer.wrap(bytes), 0, bytes.length));
  }

  /** @throws IncompatibleLogException if it is not what a repair has written */
  public static RepairState read(Storage repair) throws IOException {
    Path file = repair.directory().resolve(SegmentName.COMPLETE);
    try {
      return parse(text(repair));
    } catch (IllegalArgumentException e) {
      throw new IncompatibleLogException(
          file + ": " + e.getMessage() + ". The repair cannot go on by itself, and nothing was changed. The segments of before are in "
              + SegmentName.QUARANTINE + " or still in place; restore a copy, or put them into an empty directory and repair that", e);
    }
  }

  private static String text(Storage repair) throws IOException {
    try (SegmentFile file = repair.open(SegmentName.COMPLETE, Storage.Access.READ)) {
      int bytes = (int) Math.min(BYTES_MAX, file.size());
      ByteBuffer buffer = AlignedBuffers.allocate(Math.max(bytes, 1)).limit(bytes);
      int read = file.read(buffer, 0);
      byte[] content = new byte[read];
      buffer.get(0, content);
      return new String(content, StandardCharsets.US_ASCII);
    }
  }

  private static RepairState parse(String text) {
    int checksumAt = text.lastIndexOf("crc ");
    if (!text.startsWith(FIRST_LINE + "\n"))
      throw new IllegalArgumentException("expected the first line '" + FIRST_LINE + "', found another one");
    if (checksumAt < 0 || !text.substring(checksumAt).equals(checksumLine(text.substring(0, checksumAt))))
      throw new IllegalArgumentException("expected a last line with the checksum of those before it, found another one");
    List<String> old = new ArrayList<>();
    List<String> made = new ArrayList<>();
    List<SequenceRange> lost = new ArrayList<>();
    long kept = 0;
    long floor = 0;
    for (String line : text.substring(FIRST_LINE.length() + 1, checksumAt).lines().toList()) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "old" -> old.add(words[1]);
        case "new" -> made.add(words[1]);
        case "lost" -> lost.add(new SequenceRange(Long.parseLong(words[1]), Long.parseLong(words[2])));
        case "kept" -> kept = Long.parseLong(words[1]);
        case "floor" -> floor = Long.parseLong(words[1]);
        default -> throw new IllegalArgumentException("expected old, new, lost, kept or floor, found '" + words[0] + "'");
      }
    }
    return new RepairState(List.copyOf(old), List.copyOf(made), List.copyOf(lost), kept, floor);
  }
}
