package dev.syncline.io.jna;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.StorageFullException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ErrnoTest {
  private static final Path FILE = Path.of("/log/1.wal");

  @Test
  void aFailedTransferNamesOperationOffsetLengthFileAndErrno() {
    assertThat(Errno.failure(-5, "write", FILE, 8192, 4096))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("write of 4096 bytes at offset 8192 of /log/1.wal failed: EIO (input/output error)");
  }

  @Test
  void noSpaceAndNoQuotaAreBothAFullStorage() {
    assertThat(Errno.failure(-28, "reservation", FILE)).isInstanceOf(StorageFullException.class).hasMessageContaining("ENOSPC");
    assertThat(Errno.failure(-122, "reservation", FILE)).isInstanceOf(StorageFullException.class).hasMessageContaining("EDQUOT");
  }

  @Test
  void namesThatAreMissingOrTakenKeepTheirJavaExceptions() {
    assertThat(Errno.failure(-2, "open", FILE)).isInstanceOf(NoSuchFileException.class);
    assertThat(Errno.failure(-17, "creation", FILE)).isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void anUnknownNumberIsShownAsItIs() {
    assertThat(Errno.failure(-4095, "sync", FILE)).hasMessage("sync of /log/1.wal failed: errno 4095");
  }

  @Test
  void aLockThatNobodyGivesSaysWhere() {
    assertThat(Errno.failure(-37, "lock", FILE)).hasMessageContaining("ENOLCK").hasMessageContaining("local disk");
  }
}
