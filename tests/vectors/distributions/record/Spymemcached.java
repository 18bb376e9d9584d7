// Asks spymemcached which server it chooses, in both of its formats, and which ones it would try next.

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.spy.memcached.DefaultHashAlgorithm;
import net.spy.memcached.KetamaNodeKeyFormatter;
import net.spy.memcached.KetamaNodeLocator;
import net.spy.memcached.MemcachedNode;
import net.spy.memcached.util.DefaultKetamaNodeLocatorConfiguration;

public class Spymemcached {
  static final String INDEXES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  static final Pattern SERVER =
      Pattern.compile("\"host\": \"([^\"]+)\", \"port\": (\\d+), \"weight\": (\\d+)");

  public static void main(String[] arguments) throws Exception {
    List<String> keys = Files.readAllLines(Path.of(arguments[0], "keys.txt"));
    String[] lists = Files.readString(Path.of(arguments[0], "lists.json")).split("\\], \\[");
    for (int list = 0; list < lists.length; list++) {
      if (lists[list].contains("\"/")) continue;
      List<MemcachedNode> nodes = new ArrayList<>();
      Map<MemcachedNode, Character> indexes = new HashMap<>();
      Map<InetSocketAddress, Integer> weights = new HashMap<>();
      boolean isWeighted = false;
      Matcher servers = SERVER.matcher(lists[list]);
      while (servers.find()) {
        byte[] ip = {10, 1, 2, (byte) nodes.size()};
        // A name needs an address, and Java hashes both.
        InetAddress host = Character.isDigit(servers.group(1).charAt(0))
            ? InetAddress.getByName(servers.group(1))
            : InetAddress.getByAddress(servers.group(1), ip);
        InetSocketAddress address = new InetSocketAddress(host, Integer.parseInt(servers.group(2)));
        MemcachedNode node = nodeAt(address);
        indexes.put(node, INDEXES.charAt(nodes.size()));
        nodes.add(node);
        int weight = Integer.parseInt(servers.group(3));
        weights.put(address, weight);
        isWeighted |= weight != 1;
      }
      for (KetamaNodeKeyFormatter.Format format : KetamaNodeKeyFormatter.Format.values()) {
        DefaultKetamaNodeLocatorConfiguration how =
            new DefaultKetamaNodeLocatorConfiguration(new KetamaNodeKeyFormatter(format));
        KetamaNodeLocator locator = isWeighted
            ? new KetamaNodeLocator(nodes, DefaultHashAlgorithm.KETAMA_HASH, weights, how)
            : new KetamaNodeLocator(nodes, DefaultHashAlgorithm.KETAMA_HASH, how);
        StringBuilder owners = new StringBuilder();
        StringBuilder nexts = new StringBuilder();
        for (String key : keys) {
          MemcachedNode owner = locator.getPrimary(key);
          owners.append(indexes.get(owner));
          char next = '-';
          Iterator<MemcachedNode> sequence = locator.getSequence(key);
          while (next == '-' && sequence.hasNext()) {
            MemcachedNode node = sequence.next();
            if (node != owner) next = indexes.get(node);
          }
          nexts.append(next);
        }
        tell(format, "", list, owners);
        tell(format, "\"place\": 1, ", list, nexts);
      }
    }
  }

  static void tell(KetamaNodeKeyFormatter.Format format, String more, int list, CharSequence owners) {
    System.out.printf(
        "{\"by\": \"spymemcached 2.12.3\", \"distribution\": \"spymemcached\", \"format\": \"%s\", "
            + "%s\"list\": %d, \"owners\": \"%s\"}%n",
        format, more, list, owners);
  }

  /** A node that knows nothing but its address. */
  static MemcachedNode nodeAt(InetSocketAddress address) {
    return (MemcachedNode) Proxy.newProxyInstance(
        Spymemcached.class.getClassLoader(),
        new Class<?>[] {MemcachedNode.class},
        (self, method, given) -> {
          switch (method.getName()) {
            case "getSocketAddress": return address;
            case "hashCode": return System.identityHashCode(self);
            case "equals": return self == given[0];
            default: return "node " + address;
          }
        });
  }
}
