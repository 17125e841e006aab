package dev.syncline.io.nio;

import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** What is done through a directory's descriptor fails with the name in it: whoever reads that does not know which directory. */
final class FullNames {
  private FullNames() {}

  /** The same failure, of the same type, with the whole path. */
  static FileSystemException of(FileSystemException failure, Path directory) {
    String name = failure.getFile();
    if (name == null || directory.getFileSystem().getPath(name).isAbsolute()) return failure;
    String file = (name.equals(HeldDirectory.ITSELF) ? directory : directory.resolve(name)).toString();
    FileSystemException told = like(failure, file);
    if (told == null) return failure;
    told.setStackTrace(failure.getStackTrace());
    return told;
  }

  private static FileSystemException like(FileSystemException failure, String file) {
    Class<?> type = failure.getClass();
    String other = failure.getOtherFile();
    String reason = failure.getReason();
    if (type == FileSystemException.class) return new FileSystemException(file, other, reason);
    if (type == AccessDeniedException.class) return new AccessDeniedException(file, other, reason);
    if (type == NoSuchFileException.class) return new NoSuchFileException(file, other, reason);
    if (type == FileAlreadyExistsException.class) return new FileAlreadyExistsException(file, other, reason);
    if (type == NotDirectoryException.class) return new NotDirectoryException(file);
    if (type == DirectoryNotEmptyException.class) return new DirectoryNotEmptyException(file);
    if (type == FileSystemLoopException.class) return new FileSystemLoopException(file);
    return null;
  }
}
