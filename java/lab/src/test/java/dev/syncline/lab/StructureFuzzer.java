package dev.syncline.lab;

import static dev.syncline.lab.CrashJudgement.require;

import dev.syncline.lab.LogFields.Field;
import dev.syncline.lab.LogFields.Kind;
import dev.syncline.tck.DiskImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a fuzzer calls with bytes that choose structures, fields and values: forges them, with checksums made right, in a good log, and does
 * with it whatever can be done with one; see {@link ForgedUse}.
 *
 * <p>The first byte chooses the log and whether later frames follow on what was forged, the second how it is used. Each edit then takes
 * two bytes for the field, one for an extreme value, and where that says so eight for a value of its own or two for the field to copy from.
 */
public final class StructureFuzzer {
  private static final int EDITS_MAX = 6;
  private static final long BYTES_READ_MAX = 8 << 20;

  /** A forged length cuts what follows into other records, as many as a frame has. */
  private static final int FRAME_RECORDS_MAX = 40;

  /** Where a changed field makes other records of a frame, in its place or in a slot. */
  private static final Set<Kind> OF_RECORDS = EnumSet.of(Kind.FRAME_HEADER, Kind.RECORD, Kind.SLOT_HEADER, Kind.SLOT_RECORD);

  private static List<ForgedLogs> logs;
  private static Path lockDirectory;

  private StructureFuzzer() {}

  /** Called by the fuzzer. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    prepare();
    ByteBuffer in = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    int choice = next(in);
    int use = next(in);
    ForgedLogs log = logs.get((choice & 0x7f) % logs.size());
    DiskImage image = log.image();
    boolean recordsForged = false;
    for (int i = 0; i < EDITS_MAX && in.hasRemaining(); i++) {
      List<Field> fields = LogFields.of(image);
      if (fields.isEmpty()) break;
      Field field = fields.get(next16(in) % fields.size());
      recordsForged |= OF_RECORDS.contains(field.kind());
      image = LogFields.forge(image, field, value(in, image, fields, field), (choice & 0x80) != 0);
    }
    ForgedUse forged = new ForgedUse(lockDirectory, image, log.written(), recordsForged ? FRAME_RECORDS_MAX : 0);
    forged.some(use);
    require(forged.bytesRead() <= BYTES_READ_MAX, "readers read " + forged.bytesRead() + " bytes");
  }

  private static long value(ByteBuffer in, DiskImage image, List<Field> fields, Field field) {
    long value = LogFields.value(image, field);
    List<Long> extremes = ForgedLogs.extremes(value, field.bytes(), image.bytes(field.file()).length);
    int which = next(in) % (extremes.size() + 2);
    if (which < extremes.size()) return extremes.get(which);
    return which == extremes.size() ? next64(in) : LogFields.value(image, fields.get(next16(in) % fields.size()));
  }

  private static synchronized void prepare() throws IOException {
    if (logs != null) return;
    lockDirectory = Files.createTempDirectory("syncline-fuzz");
    lockDirectory.toFile().deleteOnExit();
    logs = ForgedLogs.all(lockDirectory);
  }

  private static int next(ByteBuffer in) {
    return in.hasRemaining() ? in.get() & 0xff : 0;
  }

  private static int next16(ByteBuffer in) {
    return next(in) | next(in) << 8;
  }

  private static long next64(ByteBuffer in) {
    long value = 0;
    for (int i = 0; i < 8; i++) value |= (long) next(in) << 8 * i;
    return value;
  }
}
