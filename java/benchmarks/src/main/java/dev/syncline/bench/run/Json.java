package dev.syncline.bench.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/** Records as JSON and back. */
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private Json() {}

  public static byte[] bytes(Object value) throws JsonProcessingException {
    return MAPPER.writeValueAsBytes(value);
  }

  public static String line(Object value) throws JsonProcessingException {
    return MAPPER.writeValueAsString(value);
  }

  public static <T> T read(byte[] json, Class<T> type) throws IOException {
    return MAPPER.readValue(json, type);
  }
}
