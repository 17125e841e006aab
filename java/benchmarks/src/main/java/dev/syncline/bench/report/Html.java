package dev.syncline.bench.report;

import dev.syncline.bench.run.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/** The page: one file with its data, its script and the chart library in it. It asks the network for nothing. */
final class Html {
  private static final String LIBRARY = "org.webjars.npm/echarts";

  private Html() {}

  static String of(View view) throws IOException {
    // A "</script>" within the data would end it.
    String data = Json.line(view).replace("</", "<\\/");
    return resource("report.html")
        .replace("/*STYLE*/", resource("report.css"))
        .replace("/*LIBRARY*/", library().replace("</script", "<\\/script"))
        .replace("/*DATA*/", "const data = " + data + ";")
        .replace("/*SCRIPT*/", resource("report.js"));
  }

  private static String library() throws IOException {
    Properties pom = new Properties();
    try (InputStream in = Html.class.getResourceAsStream("/META-INF/maven/" + LIBRARY + "/pom.properties")) {
      if (in == null) throw new IOException("the chart library's jar is not on the class path: no pom.properties of " + LIBRARY);
      pom.load(in);
    }
    return text("/META-INF/resources/webjars/echarts/" + pom.getProperty("version") + "/dist/echarts.min.js");
  }

  private static String resource(String name) throws IOException {
    return text("/dev/syncline/bench/report/" + name);
  }

  private static String text(String path) throws IOException {
    try (InputStream in = Html.class.getResourceAsStream(path)) {
      if (in == null) throw new IOException("not on the class path: " + path);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
