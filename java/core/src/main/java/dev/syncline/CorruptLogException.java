package dev.syncline;

import java.util.Optional;

/** Bytes that were durable are unreadable; {@link #damage} says where and which sequences are lost. Nothing was deleted. */
public final class CorruptLogException extends SynclineException {
  private static final long serialVersionUID = 1;
  private final transient Damage damage;

  public CorruptLogException(Damage damage, String remedy) {
    super(damage + ". " + remedy, null);
    this.damage = damage;
  }

  public CorruptLogException(String message) {
    super(message, null);
    this.damage = null;
  }

  public Optional<Damage> damage() {
    return Optional.ofNullable(damage);
  }
}
