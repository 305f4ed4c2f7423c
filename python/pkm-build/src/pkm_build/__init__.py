"""The build backend of pkm: the hooks of PEP 517 and PEP 660.

Every hook runs with the project's folder as the current one, as the standards say, and answers the name of what it
wrote. No setting is known; those of other backends are passed over.
"""

__version__ = "0.1.0"

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]


def get_requires_for_build_wheel(config_settings=None):
    return []


def get_requires_for_build_sdist(config_settings=None):
    return []


def get_requires_for_build_editable(config_settings=None):
    return []


def build_sdist(sdist_directory, config_settings=None):
    from pkm_build import _build

    return _build.build_sdist(sdist_directory)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    from pkm_build import _build

    return _build.build_wheel(wheel_directory)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    from pkm_build import _build

    return _build.build_editable(wheel_directory)


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    from pkm_build import _build

    return _build.prepare_metadata(metadata_directory)


def prepare_metadata_for_build_editable(metadata_directory, config_settings=None):
    from pkm_build import _build

    return _build.prepare_metadata(metadata_directory)
