package dev.syncline.tck;

import java.io.PrintWriter;
import java.io.StringWriter;

/** A failure's stack as text. */
public final class Stacks {
  private Stacks() {}

  public static String of(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
