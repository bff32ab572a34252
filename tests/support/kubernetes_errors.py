"""Prints what is wrong with Kubernetes manifests, one error per line: kubernetes_errors.py SCHEMAS MANIFEST...

SCHEMAS is the folder into which unpack_kubernetes_schemas (packages.sh) unpacks the schemas. Fields that a schema
doesn't name are errors, as with `kubectl apply --validate=strict`.
"""
import json
import pathlib
import re
import sys

import jsonschema
import yaml


def strict(schema):
  """The schema, without fields that it doesn't name, and without `null`, which Kubernetes reads as an absent field.

  References to other schemas, `name#`, become references to definitions.
  """
  if isinstance(schema, list):
    return [strict(part) for part in schema]
  if not isinstance(schema, dict):
    return schema
  if isinstance(schema.get("$ref"), str):
    return {"$ref": "#/definitions/" + schema["$ref"].rstrip("#")}
  if isinstance(schema.get("oneOf"), list) and {"type": "null"} in schema["oneOf"]:
    return strict(schema["oneOf"][0])
  schema = {key: strict(part) for key, part in schema.items()}
  has_fields = schema.get("type") == "object" and "properties" in schema
  return {"additionalProperties": False, **schema} if has_fields else schema


def read_schemas(folder):
  """All schemas by their names. Each is a JSON object in a script that registers it."""
  schemas = {}
  for path in pathlib.Path(folder).rglob("*.js"):
    script = path.read_text()
    name = re.search(r'(?:\.register\)\(|schemaId = )"([^"]+)"', script)
    schema = re.search(r"^const schema = (\{.*?^\});$", script, re.MULTILINE | re.DOTALL)
    if name and schema:
      schemas[name[1]] = strict(json.loads(schema[1]))
  return schemas


def is_for(schema, document):
  fields = schema.get("properties", {})
  return all(document.get(key) in fields.get(key, {}).get("enum", []) for key in ("apiVersion", "kind"))


schemas = read_schemas(sys.argv[1])
for manifest in sys.argv[2:]:
  for document in yaml.safe_load_all(pathlib.Path(manifest).read_text()):
    schema = next((schema for schema in schemas.values() if is_for(schema, document)), None)
    if schema is None:
      print(f"{manifest}: no schema for {document.get('apiVersion')} {document.get('kind')}")
      continue
    for error in jsonschema.Draft7Validator({**schema, "definitions": schemas}).iter_errors(document):
      print(f"{manifest}: {error.json_path}: {error.message}")
