package dev.syncline.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What the words on a command line stand for, and what is said of those that stand for nothing. */
final class Arguments {
  /** What Java makes of bytes that are no character. */
  private static final char NO_CHARACTER = '\uFFFD';

  static final String EMPTY = "expected a name, found an empty one: is a variable not set?";

  private Arguments() {}

  /** For this command line and the commands that it has by now. */
  static void convertFor(CommandLine line) {
    line.registerConverter(Path.class, Arguments::path);
    ITypeConverter<Long> whole = number(Long::valueOf, "no whole number up to " + Long.MAX_VALUE);
    ITypeConverter<Integer> small = number(Integer::valueOf, "no whole number up to " + Integer.MAX_VALUE);
    ITypeConverter<Double> any = number(Double::valueOf, "no number");
    line.registerConverter(Long.class, whole).registerConverter(Long.TYPE, whole);
    line.registerConverter(Integer.class, small).registerConverter(Integer.TYPE, small);
    line.registerConverter(Double.class, any).registerConverter(Double.TYPE, any);
  }

  /** To Java the empty name is the working directory. To whoever gives it, it is a variable that was never set. */
  private static Path path(String name) {
    if (name.isEmpty()) throw new TypeConversionException(EMPTY);
    try {
      Path path = Path.of(name);
      if (name.indexOf(NO_CHARACTER) < 0 || Files.exists(path)) return path;
    } catch (InvalidPathException e) {
      // Said below.
    }
    throw new TypeConversionException(
        "expected a name in the character set of this locale, " + System.getProperty("sun.jnu.encoding") + ", found " + name
            + ": set LC_ALL to a locale that has it, as C.UTF-8, or name it by a symbolic link");
  }

  private static <T> ITypeConverter<T> number(Function<String, T> parse, String otherwise) {
    return text -> {
      try {
        return parse.apply(text);
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + text + "' is " + otherwise);
      }
    };
  }
}
