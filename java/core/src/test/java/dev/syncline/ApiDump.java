package dev.syncline;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lists what callers of some packages, or of single types of others, can use: public types with their public and protected members, sorted,
 * one a line.
 */
final class ApiDump {
  private static final int SHOWN = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.ABSTRACT | Modifier.STATIC | Modifier.FINAL;

  private ApiDump() {}

  static String of(Path classes, String... packages) throws IOException {
    StringBuilder out = new StringBuilder();
    for (String name : packages) for (Class<?> type : publicTypes(classes, name)) describe(type, out);
    return out.toString();
  }

  private static List<Class<?>> publicTypes(Path classes, String packageName) throws IOException {
    Path directory = classes.resolve(packageName.replace('.', '/'));
    if (!Files.isDirectory(directory)) return List.of(load(packageName));
    try (Stream<Path> files = Files.list(directory)) {
      List<String> names = files.map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".class") && !file.equals("package-info.class"))
          .map(file -> packageName + "." + file.substring(0, file.length() - ".class".length()))
          .sorted()
          .toList();
      return names.stream().<Class<?>>map(ApiDump::load).filter(ApiDump::isReachable).toList();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, ApiDump.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether the type and all that enclose it can be named from outside. */
  private static boolean isReachable(Class<?> type) {
    for (Class<?> at = type; at != null; at = at.getEnclosingClass()) if (!isShown(at.getModifiers())) return false;
    return !type.isAnonymousClass() && !type.isLocalClass();
  }

  private static boolean isShown(int modifiers) {
    return (modifiers & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0;
  }

  private static void describe(Class<?> type, StringBuilder out) {
    out.append(modifiers(type.getModifiers())).append(kind(type)).append(' ').append(type.getName());
    if (type.getSuperclass() != null && type.getSuperclass() != Object.class) out.append(" extends ").append(type.getSuperclass().getName());
    if (type.getInterfaces().length > 0) out.append(" implements ").append(names(type.getGenericInterfaces()));
    out.append('\n');
    TreeSet<String> members = new TreeSet<>();
    for (Field f : type.getDeclaredFields()) if (isShown(f.getModifiers()) && !f.isSynthetic()) members.add(field(f));
    for (Constructor<?> c : type.getDeclaredConstructors())
      if (isShown(c.getModifiers()) && !c.isSynthetic()) members.add(modifiers(c.getModifiers()) + "<init>" + signature(c));
    for (Method m : type.getDeclaredMethods())
      if (isShown(m.getModifiers()) && !m.isSynthetic())
        members.add(modifiers(m.getModifiers()) + m.getGenericReturnType().getTypeName() + " " + m.getName() + signature(m));
    for (String member : members) out.append("  ").append(member).append('\n');
    out.append('\n');
  }

  private static String field(Field f) {
    return modifiers(f.getModifiers()) + f.getGenericType().getTypeName() + " " + f.getName();
  }

  private static String kind(Class<?> type) {
    if (type.isAnnotation()) return "@interface";
    if (type.isInterface()) return "interface";
    if (type.isEnum()) return "enum";
    return type.isRecord() ? "record" : "class";
  }

  private static String modifiers(int modifiers) {
    String text = Modifier.toString(modifiers & SHOWN);
    return text.isEmpty() ? "" : text + " ";
  }

  private static String signature(Executable of) {
    String thrown = of.getExceptionTypes().length == 0 ? "" : " throws " + names(of.getExceptionTypes());
    return "(" + names(of.getGenericParameterTypes()) + ")" + thrown;
  }

  private static String names(Type[] types) {
    return Arrays.stream(types).map(Type::getTypeName).collect(Collectors.joining(", "));
  }
}
