package dev.syncline.io.jna;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.syncline.io.SleepWord;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A futex: a word outside the heap, where the kernel can look at it. */
final class NativeSleepWord implements SleepWord {
  /** A cache line of its own, so that looking at it disturbs nobody else. */
  private static final int BYTES = 128;

  private static final VarHandle WORD = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private final ByteBuffer memory = ByteBuffer.allocateDirect(BYTES).alignedSlice(Integer.BYTES);

  /** Asked for once: it allocates, and passing the buffer instead costs JNA three calls back into the JVM each time. */
  private final long address = Pointer.nativeValue(Native.getDirectBufferPointer(memory));

  /** Uses it once, where there is stack for it: the first use of a method handle takes much more than any other. */
  static void rehearse() {
    NativeSleepWord word = new NativeSleepWord();
    word.set(1);
    word.sleepWhile(word.value() + 1, Long.MAX_VALUE);
    word.wakeAll();
  }

  @Override
  public int value() {
    return (int) WORD.getVolatile(memory, 0);
  }

  @Override
  public void set(int value) {
    WORD.setVolatile(memory, 0, value);
  }

  @Override
  public void wakeAll() {
    LibSyncline.syncline_wake_all(address);
  }

  @Override
  public void sleepWhile(int seen, long timeoutNanos) {
    // Whatever it returns, the caller looks at the word again. A timer that is not needed would cost each sleeper half a microsecond.
    if (timeoutNanos == Long.MAX_VALUE) LibSyncline.syncline_sleep(address, seen);
    else LibSyncline.syncline_sleep_for(address, seen, Math.max(0, timeoutNanos));
  }
}
