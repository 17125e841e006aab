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
  public void sleepWhile(int seen) {
    // Whatever it returns, the caller looks at the word again.
    LibSyncline.syncline_sleep(address, seen);
  }
}
