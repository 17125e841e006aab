package dev.syncline.io;

import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a process of its own does in {@link RefusedProcessTest}: opens a log, and says what it is told. */
final class RefusedChild {
  private RefusedChild() {}

  public static void main(String[] arguments) {
    Path directory = Path.of(arguments[0]);
    boolean toRead = arguments[1].equals("READ");
    WalOptions options = WalOptions.builder().storage(toRead ? StorageMode.AUTO : StorageMode.valueOf(arguments[1])).build();
    String said;
    try (WriteAheadLog log = toRead ? WriteAheadLog.openReadOnly(directory) : WriteAheadLog.open(directory, options)) {
      said = "opened, up to " + log.currentSequence();
    } catch (IOException e) {
      said = "refused " + e.getMessage();
    } catch (Throwable e) {
      said = "died of " + e;
    }
    byte[] bytes = said.getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
