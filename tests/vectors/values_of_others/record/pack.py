"""Makes one file of each recording. Usage: pack.py FOLDER TARGET"""
import json, sys

FOLDER, TARGET = sys.argv[1:]
for name in ("pylibmc", "pymemcache", "django", "php", "dalli", "nodeMemcached", "memjs"):
    recorded = json.load(open("%s/%s.jsonl" % (FOLDER, name)))
    with open("%s/%s.json" % (TARGET, name), "w") as out:
        out.write('{\n "by": %s' % json.dumps(recorded["by"]))
        for part in ("written", "read"):
            items = ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in recorded[part])
            out.write(',\n "%s": [\n  %s\n ]' % (part, items))
        out.write("\n}\n")
