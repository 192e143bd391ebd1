package lockstep.aeron;

import java.io.IOException;
import java.io.StringReader;
import java.util.Properties;

/** What C++ has decided, as text: `key=value` lines. A key that is missing is a programming error. */
final class Settings {
  private final Properties values = new Properties();

  Settings(final String text) throws IOException {
    values.load(new StringReader(text));
  }

  String text(final String key) {
    final String value = values.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException("the setting " + key + " is missing");
    }
    return value;
  }

  long number(final String key) {
    return Long.parseLong(text(key));
  }

  int integer(final String key) {
    return Integer.parseInt(text(key));
  }

  boolean flag(final String key) {
    return "true".equals(text(key));
  }
}
