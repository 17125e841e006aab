package dev.syncline.raft;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.codec.LogEntryDecoder;
import com.alipay.sofa.jraft.entity.codec.LogEntryEncoder;
import dev.syncline.log.commit.Entry;

/** How a Raft entry lies in a record: encoded as JRaft's own codec has it, its type also in the record's type byte. */
final class Entries {
  /** Clear of the types that the public log writes, so that neither log is ever taken for the other. */
  private static final int TYPE_BASE = 128;

  static final int CONFIGURATION = typeOf(EntryType.ENTRY_TYPE_CONFIGURATION);

  private static final byte[] NOTHING = new byte[0];

  private Entries() {}

  private static int typeOf(EntryType type) {
    return TYPE_BASE + type.getNumber();
  }

  static Entry record(LogEntry entry, LogEntryEncoder encoder) {
    return new Entry(typeOf(entry.getType()), 0, NOTHING, encoder.encode(entry));
  }

  /** @throws IllegalStateException if the payload, whose checksum was right, is none that the codec knows */
  static LogEntry decode(long index, byte[] payload, LogEntryDecoder decoder) {
    LogEntry entry = decoder.decode(payload);
    if (entry == null)
      throw new IllegalStateException("record " + index + " of " + payload.length + " bytes: expected an entry that "
          + decoder.getClass().getSimpleName() + " decodes, found something else. Was the log written with another codec?");
    return entry;
  }

  static ConfigurationEntry configuration(LogEntry entry) {
    ConfigurationEntry configuration = new ConfigurationEntry();
    configuration.setId(entry.getId().copy());
    configuration.setConf(new Configuration(entry.getPeers(), entry.getLearners()));
    if (entry.getOldPeers() != null) configuration.setOldConf(new Configuration(entry.getOldPeers(), entry.getOldLearners()));
    return configuration;
  }
}
