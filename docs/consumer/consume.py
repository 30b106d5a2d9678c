"""Reads a gateway's events over mutual TLS: each once, in the order of its record, and commits only what was handled.

    pip install confluent-kafka==2.16.1
    KAFKA_BROKERS=… KAFKA_CA_FILE=… KAFKA_CERT_FILE=… KAFKA_KEY_FILE=… python3 consume.py [--until-idle SECONDS] TOPIC…
"""

import argparse
import json
import os
import sys

from confluent_kafka import Consumer, KafkaError, KafkaException

arguments = argparse.ArgumentParser()
arguments.add_argument("topics", nargs="+")
arguments.add_argument("--group", default="consumer.example", help="must begin with what the broker lets this principal join")
arguments.add_argument("--until-idle", type=float, help="end when nothing came for so many seconds")
options = arguments.parse_args()

consumer = Consumer(
    {
        "bootstrap.servers": os.environ["KAFKA_BROKERS"],
        "security.protocol": "ssl",
        "ssl.ca.location": os.environ["KAFKA_CA_FILE"],
        "ssl.certificate.location": os.environ["KAFKA_CERT_FILE"],
        "ssl.key.location": os.environ["KAFKA_KEY_FILE"],
        "group.id": options.group,
        # A group that is new reads what is kept, from the oldest.
        "auto.offset.reset": "earliest",
        # An offset is committed after its event was handled, never before: what a crash interrupts comes again.
        "enable.auto.commit": False,
    }
)
consumer.subscribe(options.topics)

# In service this is a unique index of the store that the effect goes to, written in the same transaction as the effect.
seen = set()


def handle(event, record):
    """What is done with an event. `record` and `patient` are random handles; FHIR ids and PHI are at the hospital alone."""
    data = event["data"]
    about = data.get("record") or data.get("patient") or data.get("origin")
    print(f"{record.topic()}[{record.partition()}]@{record.offset()} {event['time']} {event['id']} about {about}", flush=True)


try:
    while True:
        record = consumer.poll(options.until_idle or 1.0)
        if record is None:
            if options.until_idle:
                break
            continue
        if record.error():
            if record.error().code() == KafkaError._PARTITION_EOF:
                continue
            raise KafkaException(record.error())
        event = json.loads(record.value())
        identity = (event["source"], event["id"])
        if identity not in seen:
            handle(event, record)
            seen.add(identity)
        consumer.commit(message=record, asynchronous=False)
except KafkaException as error:
    sys.exit(f"Kafka: {error.args[0]}")
finally:
    consumer.close()
