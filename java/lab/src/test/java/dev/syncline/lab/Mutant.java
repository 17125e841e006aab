package dev.syncline.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * The library and the kit, loaded once more with bugs planted in their bytecode: each edit changes one method.
 *
 * <p>An edit that finds nothing to change fails the test, so that a mutant cannot silently become the original when the engine moves on.
 */
final class Mutant {
  private static final String PACKAGE = "dev.syncline.";

  /** Changes a method; returns whether there was what it looks for. */
  interface Edit {
    boolean apply(MethodNode method);
  }

  private record Planted(String method, Edit edit) {}

  private final Map<String, List<Planted>> edits = new HashMap<>();

  /** Plants one bug in the method of that name, and in its lambdas; {@code type} is relative to {@code dev.syncline}. */
  Mutant with(String type, String method, Edit edit) {
    edits.computeIfAbsent(PACKAGE + type, name -> new ArrayList<>()).add(new Planted(method, edit));
    return this;
  }

  /** Runs a static method of {@link MutantChecks}, loaded beside the mutated engine; what it throws is thrown here. */
  Object run(String check, Object... arguments) throws Exception {
    Mutated loader = new Mutated();
    for (String type : edits.keySet()) loader.loadClass(type);
    Class<?> checks = loader.loadClass(MutantChecks.class.getName());
    for (java.lang.reflect.Method method : checks.getDeclaredMethods()) {
      if (!method.getName().equals(check)) continue;
      try {
        return method.invoke(null, arguments);
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof Exception cause) throw cause;
        throw (Error) e.getCause();
      }
    }
    throw new IllegalArgumentException("there is no check " + check);
  }

  /** Child first for everything of Syncline's. */
  private final class Mutated extends ClassLoader {
    Mutated() {
      super(Mutant.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(PACKAGE)) return super.loadClass(name, resolve);
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : define(name);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) throw new ClassNotFoundException(name);
        byte[] bytes = in.readAllBytes();
        List<Planted> planted = edits.get(name);
        if (planted != null) bytes = mutated(bytes, planted);
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static byte[] mutated(byte[] original, List<Planted> planted) {
    ClassNode type = new ClassNode();
    new ClassReader(original).accept(type, 0);
    for (Planted each : planted) {
      boolean changed = false;
      for (MethodNode method : type.methods)
        if (method.name.equals(each.method) || method.name.startsWith("lambda$" + each.method + "$")) changed |= each.edit.apply(method);
      if (!changed) throw new IllegalStateException(type.name + "." + each.method + " no longer holds what this mutant changes");
    }
    // No edit adds a branch, so the frames that are there stay right.
    ClassWriter out = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    type.accept(out);
    return out.toByteArray();
  }

  // Edits.

  /** Does nothing, and returns nothing, false, 0 or null. */
  static Edit doingNothing() {
    return returning(null);
  }

  /** Does nothing but return that boolean, or the default if null. */
  static Edit returning(Boolean value) {
    return method -> {
      Type type = Type.getReturnType(method.desc);
      InsnList body = new InsnList();
      AbstractInsnNode constant = Boolean.TRUE.equals(value) ? new InsnNode(Opcodes.ICONST_1) : zero(type);
      if (constant != null) body.add(constant);
      body.add(new InsnNode(type.getOpcode(Opcodes.IRETURN)));
      return replaceBody(method, body);
    };
  }

  /** Returns the object that it is called on. */
  static Edit returningThis() {
    return method -> {
      InsnList body = new InsnList();
      body.add(new VarInsnNode(Opcodes.ALOAD, 0));
      body.add(new InsnNode(Opcodes.ARETURN));
      return replaceBody(method, body);
    };
  }

  private static boolean replaceBody(MethodNode method, InsnList body) {
    if (method.instructions.size() == 0) return false;
    method.instructions = body;
    method.tryCatchBlocks.clear();
    method.localVariables = null;
    return true;
  }

  /** Leaves out every call of that name; what it returned is false, 0 or null. */
  static Edit without(String call) {
    return atCalls(call, (method, found) -> {
      Type[] arguments = Type.getArgumentTypes(found.desc);
      for (int i = arguments.length - 1; i >= 0; i--) method.instructions.insertBefore(found, pop(arguments[i]));
      if (found.getOpcode() != Opcodes.INVOKESTATIC) method.instructions.insertBefore(found, new InsnNode(Opcodes.POP));
      AbstractInsnNode result = zero(Type.getReturnType(found.desc));
      if (result != null) method.instructions.insertBefore(found, result);
      method.instructions.remove(found);
    });
  }

  /** Calls another method of the same type and signature instead. */
  static Edit calling(String other, String insteadOf) {
    return atCalls(insteadOf, (method, found) -> found.name = other);
  }

  /** Calls a static method of {@link MutantHooks}, which gets the object first. */
  static Edit callingHook(String hook, String insteadOf) {
    return atCalls(insteadOf, (method, found) -> {
      if (found.getOpcode() != Opcodes.INVOKESTATIC) found.desc = "(L" + found.owner + ";" + found.desc.substring(1);
      found.setOpcode(Opcodes.INVOKESTATIC);
      found.owner = Type.getInternalName(MutantHooks.class);
      found.name = hook;
      found.itf = false;
    });
  }

  /** Passes false as the last argument of that call. */
  static Edit passingFalseTo(String call) {
    return atCalls(call, (method, found) -> {
      method.instructions.insertBefore(found, new InsnNode(Opcodes.POP));
      method.instructions.insertBefore(found, new InsnNode(Opcodes.ICONST_0));
    });
  }

  private interface AtCall {
    void change(MethodNode method, MethodInsnNode found);
  }

  private static Edit atCalls(String call, AtCall change) {
    return method -> {
      boolean any = false;
      for (AbstractInsnNode each : method.instructions.toArray()) {
        if (!(each instanceof MethodInsnNode found) || !found.name.equals(call)) continue;
        change.change(method, found);
        any = true;
      }
      return any;
    };
  }

  /** Begins with 0, false or null in the local variable that holds a parameter. */
  static Edit forgettingParameter(int variable, Type type) {
    return method -> {
      if (method.instructions.size() == 0) return false;
      method.instructions.insert(new VarInsnNode(type.getOpcode(Opcodes.ISTORE), variable));
      method.instructions.insert(zero(type));
      return true;
    };
  }

  /** Takes that constant for the value of a long field wherever the method reads it. */
  static Edit believing(String field, long value) {
    return atFields(field, (method, found) -> {
      method.instructions.insertBefore(found, new InsnNode(Opcodes.POP));
      method.instructions.set(found, new LdcInsnNode(value));
    });
  }

  /** Reads another field of the same type instead. */
  static Edit reading(String other, String insteadOf) {
    return atFields(insteadOf, (method, found) -> found.name = other);
  }

  private interface AtField {
    void change(MethodNode method, FieldInsnNode found);
  }

  private static Edit atFields(String field, AtField change) {
    return method -> {
      boolean any = false;
      for (AbstractInsnNode each : method.instructions.toArray()) {
        if (!(each instanceof FieldInsnNode found) || !found.name.equals(field) || found.getOpcode() != Opcodes.GETFIELD) continue;
        change.change(method, found);
        any = true;
      }
      return any;
    };
  }

  /** Runs those instructions first. */
  static Edit beginningWith(java.util.function.Supplier<InsnList> first) {
    return method -> {
      if (method.instructions.size() == 0) return false;
      method.instructions.insert(first.get());
      return true;
    };
  }

  private static AbstractInsnNode pop(Type type) {
    return new InsnNode(type.getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
  }

  private static AbstractInsnNode zero(Type type) {
    return switch (type.getSort()) {
      case Type.VOID -> null;
      case Type.LONG -> new InsnNode(Opcodes.LCONST_0);
      case Type.OBJECT, Type.ARRAY -> new InsnNode(Opcodes.ACONST_NULL);
      default -> new InsnNode(Opcodes.ICONST_0);
    };
  }
}
