package dev.syncline.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.syncline.log.options.LogOptions;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Reads an exported log line by line, each checked against all before it, so that what is wrong with the file has a line number. */
final class ExportReader implements Closeable {
  private static final int BUFFER_BYTES = 1 << 16;

  /** It holds a few numbers: a file without line ends is no export, and not read to its end to find that out. */
  private static final int HEADER_BYTES_MAX = 1 << 12;

  /** The largest record there is, in base64, with what stands around it. */
  private static final long LINE_BYTES_MAX = LogOptions.GROUP_BYTES_MAX / 3L * 4 + HEADER_BYTES_MAX;

  /** A value may be as long as a record. */
  private static final ObjectMapper MAPPER = new ObjectMapper(
      JsonFactory.builder().streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build()).build())
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final InputStream in;
  private final String name;
  private final CRC32C before = new CRC32C();
  private long lineNumber;

  /** @param name what messages call the file */
  ExportReader(InputStream in, String name) {
    this.in = new BufferedInputStream(in, BUFFER_BYTES);
    this.name = name;
  }

  /** The next line; null if there is none. */
  JsonNode next() throws IOException {
    try {
      byte[] line = line();
      if (line == null) return null;
      requireChecksum(line);
      return parse(line);
    } catch (OutOfMemoryError e) {
      throw bad("there is not enough memory for it (" + e.getMessage() + "): give java more, with -Xmx");
    }
  }

  /** Null behind the last one. */
  private byte[] line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    lineNumber++;
    long most = lineNumber == 1 ? HEADER_BYTES_MAX : LINE_BYTES_MAX;
    int read = in.read();
    for (; read >= 0 && read != '\n'; read = in.read()) {
      if (line.size() == most)
        throw bad("expected " + (lineNumber == 1 ? "the header of an exported log" : "a record") + ", found a line of more than " + most
            + " bytes");
      line.write(read);
    }
    if (read < 0 && line.size() == 0) {
      lineNumber--;
      return null;
    }
    if (read < 0) throw bad("expected a line that ends, found the end of the file after " + line.size() + " bytes of it: it was cut off");
    return line.toByteArray();
  }

  private void requireChecksum(byte[] line) {
    int covered = line.length - ExportFormat.CRC_BYTES;
    if (covered <= 0) throw bad("expected a JSON object that ends with its checksum, found " + line.length + " bytes");
    String found = new String(line, covered, ExportFormat.CRC_BYTES, StandardCharsets.UTF_8);
    before.update(line, 0, covered);
    String expected = ExportFormat.checksum(before);
    before.update(line, covered, ExportFormat.CRC_BYTES);
    before.update('\n');
    if (!found.equals(expected))
      throw bad("expected it to end with " + expected + ", found " + found
          + ": this line was changed, or lines before it are missing or in another order");
  }

  private JsonNode parse(byte[] line) throws IOException {
    try {
      JsonNode parsed = MAPPER.readTree(line);
      if (parsed == null || !parsed.isObject()) throw bad("expected a JSON object, found another value");
      return parsed;
    } catch (JsonProcessingException e) {
      throw bad("expected a JSON object: " + e.getOriginalMessage());
    }
  }

  // What a line has. Each fails if it has it not.

  JsonNode object(JsonNode line, String field) {
    JsonNode value = line.get(field);
    if (value == null || !value.isObject()) throw bad("expected an object \"" + field + "\", found " + value);
    return value;
  }

  /** A number of at least {@code min}. */
  long number(JsonNode line, String field, long min) {
    JsonNode value = line.get(field);
    if (value == null || !value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < min)
      throw bad("expected \"" + field + "\" to be a number, " + min + " or more, found " + value);
    return value.longValue();
  }

  String text(JsonNode line, String field) {
    JsonNode value = line.get(field);
    if (value == null || !value.isTextual()) throw bad("expected a text \"" + field + "\", found " + value);
    return value.textValue();
  }

  byte[] bytes(JsonNode line, String field) {
    text(line, field);
    try {
      return line.get(field).binaryValue();
    } catch (IOException e) {
      throw bad("expected \"" + field + "\" in base64: " + e.getMessage());
    }
  }

  /** What is wrong with the line that was read last. */
  CliException bad(String problem) {
    String where = lineNumber == 0 ? name : name + ", line " + lineNumber;
    return new CliException(
        ExitCode.PROBLEM, where + ": " + problem + ". Nothing was imported; export the log again, or take another copy");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
