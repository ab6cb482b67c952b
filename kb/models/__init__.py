"""Every table of the knowledge base, by area."""

from kb.models.base import Base, UtcDateTime
from kb.models.derived import MonthlySum, RollupState
from kb.models.hearing import Complaint, Feedback, FieldAllocation, Recall, Request, Return
from kb.models.keeping import (
    AuditEntry,
    Import,
    ImportChange,
    ImportFile,
    MappingPreset,
    RefusedRow,
    Revision,
    Session,
    Setting,
    User,
    UserDepartment,
)
from kb.models.learned import Correction, Group, GroupChange, LearnedModel, Link, Membership, Run
from kb.models.making import Inspection, Lot, LotMaterial, Nonconformance, PurchaseReceipt, WorkOrder
from kb.models.master import BomLine, Customer, Material, Product, Site, Supplier, WorkCenter
from kb.models.planning import Capacity, Forecast, StockLevel
from kb.models.selling import OrderLine, SalesOrder, Shipment
from kb.models.together import (
    Action,
    ActionStep,
    Answer,
    Comment,
    Decision,
    Event,
    ExchangeEvent,
    Meeting,
    Objective,
    Pin,
    Signal,
    Swap,
)

__all__ = [
    "Action", "ActionStep", "Answer", "AuditEntry", "Base", "BomLine", "Capacity", "Comment", "Complaint", "Correction",
    "Customer", "Decision", "Event", "ExchangeEvent", "Feedback", "FieldAllocation", "Forecast", "Group", "GroupChange",
    "Import", "ImportChange", "ImportFile", "Inspection", "LearnedModel", "Link", "Lot", "LotMaterial", "MappingPreset",
    "Material", "Meeting", "Membership", "MonthlySum", "Nonconformance", "Objective", "OrderLine", "Pin", "Product",
    "PurchaseReceipt", "Recall", "RefusedRow", "Request", "Return", "Revision", "RollupState", "Run", "SalesOrder",
    "Session", "Setting", "Shipment", "Signal", "Site", "StockLevel", "Supplier", "Swap", "User", "UserDepartment",
    "UtcDateTime", "WorkCenter", "WorkOrder",
]  # fmt: skip
