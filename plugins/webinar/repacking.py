"""Files of recordings that not every browser plays, packed anew without touching a picture."""

from __future__ import annotations

from pathlib import Path


def for_every_browser(file: Path) -> Path:
    """The file itself; one in Matroska (H.264, which WebM does not take) as MP4 beside it. Raises av.FFmpegError."""
    if file.suffix != ".mkv":
        return file
    import av  # a heavy library, for the one job that packs

    packed = file.with_suffix(".mp4")
    with (
        av.open(str(file)) as source,
        av.open(str(packed), "w", options={"movflags": "faststart"}) as target,
    ):
        pictures = source.streams.video[0]
        stream = target.add_stream_from_template(pictures)
        for packet in source.demux(pictures):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return packed
