"""A table of a decoded TOML document, read key by key with the types the reader expects."""

from pkm_build._text import nearest


class Table:
    def __init__(self, value, path, fault):
        """`fault(key, why)` makes the error for a key, whose whole path it is given."""
        if not isinstance(value, dict):
            raise fault(path, "must be a table, " + _found(value))
        self.value = value
        self.path = path
        self._fault = fault

    def at(self, key):
        return key if self.path == "" else "%s.%s" % (self.path, key)

    def fault(self, key, why):
        return self._fault(self.at(key), why)

    def has(self, key):
        return key in self.value

    def _typed(self, key, kind, name):
        value = self.value.get(key)
        if value is None or isinstance(value, kind):
            return value
        raise self.fault(key, "must be %s, %s" % (name, _found(value)))

    def text(self, key):
        return self._typed(key, str, "text")

    def required_text(self, key):
        value = self.text(key)
        if value is None:
            raise self.fault(key, "is missing")
        return value

    def truth(self, key):
        return self._typed(key, bool, "true or false")

    def list(self, key):
        return self._typed(key, list, "an array")

    def texts(self, key):
        values = self.list(key)
        for position, item in enumerate(values or ()):
            if not isinstance(item, str):
                raise self.fault("%s[%d]" % (key, position), "must be text, " + _found(item))
        return values

    def table(self, key):
        return Table(self.value[key], self.at(key), self._fault) if key in self.value else None

    def tables(self, key):
        values = self.list(key)
        if values is None:
            return None
        return [
            Table(item, self.at("%s[%d]" % (key, position)), self._fault)
            for position, item in enumerate(values)
        ]

    def text_table(self, key):
        table = self.table(key)
        return {} if table is None else {name: table.required_text(name) for name in table.value}

    def refuse_unknown(self, known):
        """In one's own table an unknown key is a mistake."""
        for key in self.value:
            if key not in known:
                near = nearest(key, known)
                raise self.fault(
                    key, "is no key of the table" + ("" if near is None else ", `%s` is" % near)
                )


def _found(value):
    if isinstance(value, str):
        return "found text"
    if isinstance(value, bool):
        return "found " + ("true" if value else "false")
    if isinstance(value, (int, float)):
        return "found the number %s" % value
    if isinstance(value, list):
        return "found an array"
    return "found a table" if isinstance(value, dict) else "found a date or time"
