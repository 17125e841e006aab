package dev.syncline.bench.run;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Another build or other settings of a contender, to be measured beside it: {@code NAME=ELEMENT,ELEMENT…}, where what begins with a
 * dash is an argument of the JVM, and everything else goes before the class path.
 */
record Variant(String name, List<String> classPath, List<String> jvmArguments) {
  static final Variant NONE = new Variant("", List.of(), List.of());

  static Variant parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) throw new IllegalArgumentException("expected --variant=NAME=ELEMENT,ELEMENT, found " + text);
    List<String> elements = Arrays.asList(text.substring(equals + 1).split(","));
    return new Variant(
        text.substring(0, equals),
        elements.stream().filter(element -> !element.startsWith("-")).toList(),
        elements.stream().filter(element -> element.startsWith("-")).toList());
  }

  String before(String path) {
    return classPath.stream().map(element -> element + File.pathSeparator).collect(Collectors.joining()) + path;
  }
}
