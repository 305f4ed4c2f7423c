"""Prints pip's configuration of one command, as pip orders it, as one JSON object."""

import json
import sys

from pip._internal.cli.parser import ConfigOptionParser
from pip._internal.exceptions import ConfigurationError

sys.prefix = sys.argv[1]
parser = ConfigOptionParser(name=sys.argv[2])
try:
    parser.config.load()
    answer = dict(parser._get_ordered_configuration_items())
except ConfigurationError as error:
    answer = type(error).__name__
json.dump(answer, sys.stdout)
